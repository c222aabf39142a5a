"""``verify_reports``: compute every return's hash again, draw every workbook again, and say what is not as it was submitted."""

from dataclasses import asdict

from reports.verifying import Verified, verify
from settlement.verifying_command import VerifyingCommand


class Command(VerifyingCommand):
    help = "重算每一份上报的散列链，重画每一份已上报的工作簿，逐格核对；有一处不一致时退出状态为 1。"

    def counts(self) -> Verified:
        return Verified()

    def differences(self, verified: Verified):
        return verify(verified)

    def counted(self, verified: Verified) -> str:
        return f"重算 {verified.returns} 份报表（已上报 {verified.frozen} 份），重画 {verified.workbooks} 份工作簿"

    def remark(self, verified: Verified) -> str:
        return f"；{len(verified.unstamped)} 份上报时还没有留存工作簿散列，只核对了内容" if verified.unstamped else ""

    def as_json(self, verified: Verified, found: list, seconds: float) -> dict:
        return {
            "returns": verified.returns, "frozen": verified.frozen, "workbooks": verified.workbooks, "unstamped": verified.unstamped,
            "seconds": seconds, "differences": [asdict(one) for one in found],
        }  # fmt: skip
