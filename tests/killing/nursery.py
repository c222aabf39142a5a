"""Makes workers quickly: everything is imported once, and each line read forks a worker that is killed alone.

``python -m tests.killing.nursery [naive]`` answers each line with the new worker's number.
"""

import os
import signal
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.killing.settings"


def main() -> None:
    django.setup()
    from config.celery import app

    app.loader.import_default_modules()
    if sys.argv[1:] == ["naive"]:
        from tests.killing import naive

        naive.put_the_defects_back()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # The killed are buried at once.
    for _ in sys.stdin:
        number = os.fork()
        if number == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(2, 1)  # Celery greets.
            app.Worker(pool="solo", without_gossip=True, without_mingle=True, without_heartbeat=True, loglevel="ERROR").start()
            os._exit(0)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
