"""``verify_settlements``: compute every settlement again, and say each one that is not what its policy gives."""

from settlement.verification import Verified, verify
from settlement.verifying_command import VerifyingCommand


class Command(VerifyingCommand):
    help = "按留存的计算依据、年内累计和政策全文重算每一笔结算，逐笔核对；有一处不一致时退出状态为 1。"

    def counts(self) -> Verified:
        return Verified()

    def differences(self, verified: Verified):
        return verify(verified)

    def counted(self, verified: Verified) -> str:
        return f"重算 {verified.settlements} 笔结算、{verified.years} 个患者年度、{len(verified.versions)} 个政策版本"

    def as_json(self, verified: Verified, found: list, seconds: float) -> dict:
        return {
            "settlements": verified.settlements, "years": verified.years, "versions": len(verified.versions), "seconds": seconds,
            "differences": [{"subject": difference.subject, "sentence": difference.sentence} for difference in found],
        }  # fmt: skip
