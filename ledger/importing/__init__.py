"""Lists of people brought in from a workbook: read apart, looked through row by row, applied whole or in its good rows."""
