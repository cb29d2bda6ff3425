"""`python -m convisav_tui` is the command `convisav`."""

from convisav_tui.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
