"""The native charts of the city's workbooks: one colour, no grid, every bar and point says its number."""

from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.worksheet.worksheet import Worksheet

MAIN, SECOND, EMPTY = "0F4C6B", "6797B1", "E4E9ED"


def _labels(form: str = "General", place: str | None = None) -> DataLabelList:
    labels = DataLabelList(showVal=True, showSerName=False, showCatName=False, showLegendKey=False, showPercent=False)
    labels.numFmt = form
    if place:
        labels.position = place
    return labels


def _plain(chart, title: str, *, width: float, height: float) -> None:
    chart.title, chart.style, chart.width, chart.height = title, 10, width, height
    chart.x_axis.delete, chart.y_axis.delete = False, True  # Numbers are written; nobody reads them off an axis.
    chart.y_axis.majorGridlines = None


def line(sheet: Worksheet, *, title: str, column: int, first: int, last: int, names: int = 1, share: bool = False) -> LineChart:
    """One column over the rows ``first``–``last``, whose names stand in the column ``names``."""
    chart = LineChart()
    _plain(chart, title, width=18, height=7)
    chart.legend = None
    chart.add_data(Reference(sheet, min_col=column, min_row=first, max_row=last), titles_from_data=False)
    chart.set_categories(Reference(sheet, min_col=names, min_row=first, max_row=last))
    drawn = chart.series[0]
    drawn.graphicalProperties.line.solidFill, drawn.graphicalProperties.line.width, drawn.smooth = MAIN, 28000, False
    drawn.marker.symbol, drawn.marker.size = "circle", 6
    drawn.marker.graphicalProperties.solidFill = MAIN
    chart.dataLabels = _labels("0.0%" if share else "General", "t")
    if share:
        chart.y_axis.scaling.min, chart.y_axis.scaling.max = 0, 1
    return chart


def bars(sheet: Worksheet, *, title: str, column: int, first: int, last: int, names: int = 1, share: bool = False) -> BarChart:
    """Lying bars, the first row on top."""
    chart = BarChart()
    _plain(chart, title, width=18, height=2 + 0.75 * (last - first + 1))
    chart.type, chart.gapWidth, chart.legend = "bar", 60, None
    chart.add_data(Reference(sheet, min_col=column, min_row=first, max_row=last), titles_from_data=False)
    chart.set_categories(Reference(sheet, min_col=names, min_row=first, max_row=last))
    chart.series[0].graphicalProperties.solidFill = MAIN
    chart.dataLabels = _labels("0.0%" if share else "General")
    chart.x_axis.scaling.orientation = "maxMin"
    if share:
        chart.y_axis.scaling.min, chart.y_axis.scaling.max = 0, 1
    return chart


def stacked(sheet: Worksheet, *, title: str, columns: tuple[int, int], head: int, first: int, last: int, names: int = 1) -> BarChart:
    """Two columns upon each other, named by the row ``head``."""
    chart = BarChart()
    _plain(chart, title, width=18, height=2.5 + 0.75 * (last - first + 1))
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "bar", "stacked", 100, 60
    chart.legend.position = "b"
    for column in columns:
        chart.add_data(Reference(sheet, min_col=column, min_row=head, max_row=head), titles_from_data=True)
        chart.series[-1].val.numRef.f = Reference(sheet, min_col=column, min_row=first, max_row=last).__str__()
    chart.set_categories(Reference(sheet, min_col=names, min_row=first, max_row=last))
    for drawn, colour in zip(chart.series, (MAIN, EMPTY), strict=True):
        drawn.graphicalProperties.solidFill = colour
        drawn.dLbls = _labels()
    chart.x_axis.scaling.orientation = "maxMin"
    return chart
