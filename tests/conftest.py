"""What holds for every test."""

import pytest


@pytest.fixture(autouse=True, scope="session")
def _nothing_of_this_user(tmp_path_factory):
    """What was measured on this machine before, such as noise floors, is not there for tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_STATE_HOME", "LOCALAPPDATA"):
            patch.setenv(name, str(tmp_path_factory.mktemp("state")))
        yield
