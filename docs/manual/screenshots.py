"""Takes the user guide's pictures anew: the demo's data on the business date, a real web server, Chromium, one page after another.

``make manual`` runs it; ``make manual ARGS="02-list 02-person"`` takes only these; ``--keep`` among them keeps the data of the last run.
"""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMAGES = Path(__file__).parent / "images"
VAR = ROOT / "var" / "manual"
WIDTH, HEIGHT, COLOURS = 1366, 768, 128
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--force-color-profile=srgb",
]  # fmt: skip


def main(wanted: list[str]) -> int:
    _stand_in_the_trial()
    from config.trial import programs
    from config.trial.address import HOST, is_free, wait_for_answer
    from config.trial.processes import Trial, end_on_signals
    from docs.manual.shots import SHOTS, prepare

    end_on_signals()
    keep, wanted = "--keep" in wanted, [name for name in wanted if name != "--keep"]
    chosen = [shot for shot in SHOTS if not wanted or shot.name in wanted]
    if unknown := set(wanted) - {shot.name for shot in SHOTS}:
        print(f"没有这些图：{'、'.join(sorted(unknown))}")
        return 2
    print("正在准备示范数据……", flush=True)
    demo = [sys.executable, str(ROOT / "manage.py"), "demo", "--no-serve", *([] if keep else ["--reset"])]
    made = subprocess.run(demo, capture_output=True, text=True)
    if made.returncode:
        print(made.stdout + made.stderr)
        return 1
    prepare()
    password = (VAR / "demo" / "password").read_text().strip()
    port = next(number for number in range(8950, 9050) if is_free(number))
    with Trial(print) as trial:
        trial.start(programs.worker(ROOT, VAR))
        web = trial.start(programs.web(ROOT, VAR, port))
        if not wait_for_answer(port, 60):
            print(web.log_tail(40))
            return 1
        with _browser() as browser:
            troubles = _take(browser, f"http://{HOST}:{port}", password, chosen)
    for left in IMAGES.glob("*.png"):
        if left.name not in {shot.file for shot in SHOTS}:
            left.unlink()
    total = sum(path.stat().st_size for path in IMAGES.glob("*.png"))
    print(f"{len(chosen) - len(troubles)} 张图已存到 {IMAGES.relative_to(ROOT)}，共 {total / 1024 / 1024:.1f} MB。")
    print("".join(f"没有拍成 {trouble}\n" for trouble in troubles), end="")
    return 1 if troubles else 0


def _stand_in_the_trial() -> None:
    """Our own folder, database and day, whatever the shell's environment says."""
    for name in [name for name in os.environ if name.startswith(("LEDGER_", "DATABASE_", "REDIS_URL", "MAKE"))]:
        del os.environ[name]
    os.environ |= {"LEDGER_VAR": str(VAR), "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONUTF8": "1"}
    sys.path.insert(0, str(ROOT))
    os.chdir(ROOT)
    import django

    django.setup()


@contextmanager
def _browser():
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        engine = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield engine
        engine.close()


def _take(browser, address: str, password: str, shots: list) -> list[str]:
    """Take the pictures, account by account; answers what went wrong with which."""
    IMAGES.mkdir(exist_ok=True)
    troubles = []
    for who in dict.fromkeys(shot.who for shot in shots):
        context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, locale="zh-CN", timezone_id="Asia/Shanghai")
        page = context.new_page()
        page.set_default_timeout(20_000)
        if who:
            page.goto(f"{address}/account/login/")
            page.fill("#id_username", who)
            page.fill("#id_password", password)
            page.press("#id_password", "Enter")
            page.wait_for_selector("nav.side")
        for shot in shots:
            if shot.who != who:
                continue
            try:
                _one(page, address, shot)
                print(f"  {shot.file}", flush=True)
            except Exception as trouble:  # Each page has its say; the run goes on.
                troubles.append(f"{shot.name}（{page.url.removeprefix(address)}）：{str(trouble).splitlines()[0]}")
                page.screenshot(path=VAR / f"{shot.name}-trouble.png")
        context.close()
    return troubles


def _one(page, address: str, shot) -> None:
    page.goto(address + shot.address())
    page.wait_for_load_state("networkidle")
    if shot.act:
        shot.act(page)
        page.wait_for_load_state("networkidle")
    page.wait_for_selector(".htmx-request", state="detached")
    said = page.inner_text("body")
    missing = [words for words in shot.words if words not in said]
    if missing:
        raise LookupError(f"页面上没有“{'”“'.join(missing)}”")
    page.evaluate("window.scrollTo(0, 0)")
    if shot.at:
        page.locator("#main", has_text=shot.at).get_by_text(shot.at).first.evaluate("e => e.scrollIntoView()")
    page.mouse.move(0, 0)
    _keep(page.screenshot(), IMAGES / shot.file)


def _keep(png: bytes, path: Path) -> None:
    """With a palette the pages look the same at a third of the bytes."""
    from PIL import Image

    with Image.open(BytesIO(png)) as picture:
        flat = picture.convert("RGB").quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        flat.save(path, optimize=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
