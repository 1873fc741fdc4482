"""Listening sockets, and whose turn it is to take a connection."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from project.listening import CannotServe, address_of, bind, bind_unix
from project.tally import PLACES, SLACK, Tally, shared_memory


@pytest.fixture
def memory() -> Iterator[int]:
    descriptor = shared_memory()
    yield descriptor
    os.close(descriptor)


def test_an_address_is_said_as_people_write_it(tmp_path: Path) -> None:
    with bind("127.0.0.1", 0) as listening:
        assert address_of(listening) == f"http://127.0.0.1:{listening.getsockname()[1]}"
    with bind("[::1]", 0) as listening:
        assert address_of(listening) == f"http://[::1]:{listening.getsockname()[1]}"
    with bind_unix(tmp_path / "socket") as listening:
        assert address_of(listening) == f"unix:{tmp_path}/socket"


def test_a_port_that_is_taken_is_said() -> None:
    with bind("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(CannotServe, match=f"127.0.0.1:{port}: Address already in use"):
            bind("127.0.0.1", port)


def test_a_unix_socket_that_is_left_over_is_replaced_and_one_in_use_is_not(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    bind_unix(path).close()
    with bind_unix(path):
        with pytest.raises(CannotServe, match="Address already in use"):
            bind_unix(path)
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))


def test_a_file_that_is_no_socket_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes"
    path.write_text("mine")
    with pytest.raises(CannotServe):
        bind_unix(path)
    assert path.read_text() == "mine"


# --- Whose turn ----------------------------------------------------------------------------------


def test_who_has_notably_more_connections_than_another_lets_it_go_first(memory: int) -> None:
    one, two = Tally(memory, 0), Tally(memory, PLACES - 1)
    one.begin()
    two.begin()
    one.change(SLACK)
    assert not one.is_ahead()
    one.change(1)
    assert one.is_ahead()
    assert not two.is_ahead()
    two.change(100)
    one.change(98)
    assert not one.is_ahead()  # by one only
    one.change(5)
    assert not one.is_ahead()  # by six of a hundred
    one.change(2)
    assert one.is_ahead()


def test_who_takes_none_is_not_waited_for(memory: int) -> None:
    one, two = Tally(memory, 0), Tally(memory, 1)
    one.begin()
    one.change(50)
    assert not one.is_ahead()
    two.begin()
    assert one.is_ahead()
    two.end()
    assert not one.is_ahead()


def test_a_process_alone_is_never_ahead() -> None:
    alone = Tally.alone()
    alone.begin()
    alone.change(1000)
    assert not alone.is_ahead()
