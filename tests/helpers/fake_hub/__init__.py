"""A Hub of the tests' own: two servers on this PC, with faults on demand."""

from tests.helpers.fake_hub.faults import Fault, FaultKind
from tests.helpers.fake_hub.hub import FakeHub
from tests.helpers.fake_hub.repositories import FakeFile, FakeRepository

__all__ = ["FakeFile", "FakeHub", "FakeRepository", "Fault", "FaultKind"]
