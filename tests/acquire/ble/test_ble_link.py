"""The state machine of a link: every way through it, without a radio."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.acquire.ble.link import Action, Event, Link, LinkConfig, Phase, advance, silence_s

CONFIG = LinkConfig(jitter=0.0)
EVENTS = st.lists(st.tuples(st.sampled_from(list(Event)), st.floats(0.0, 30.0)), max_size=60)


def walked(*events: Event, link: Link | None = None, now_s: float = 100.0) -> tuple[Link, list[Action]]:
    """Return where a link ends after events at one moment, and what it asked for."""
    link = link or Link()
    actions = []
    for event in events:
        link, action = advance(link, event, now_s, CONFIG)
        actions.append(action)
    return link, actions


STREAMING = (Event.TICK, Event.STARTED)


def test_a_new_link_connects_at_the_first_tick() -> None:
    link, actions = walked(Event.TICK)
    assert (link.phase, actions) == (Phase.CONNECTING, [Action.CONNECT])


def test_it_waits_for_its_turn() -> None:
    link, actions = walked(Event.TICK, link=Link(due_s=100.5))
    assert (link.phase, actions) == (Phase.WAITING, [Action.NOTHING])


def test_a_start_leads_to_streaming() -> None:
    assert walked(*STREAMING)[0].phase is Phase.STREAMING


def test_after_a_failure_the_client_is_cleared_before_the_next_try() -> None:
    link, actions = walked(Event.TICK, Event.FAILED)
    assert (link.phase, actions[-1]) == (Phase.DROPPING, Action.CLEAR)


def test_after_a_loss_the_old_client_is_disconnected_too() -> None:
    link, actions = walked(*STREAMING, Event.LOST)
    assert (link.n_losses, actions[-1]) == (1, Action.CLEAR)


def test_a_loss_that_is_reported_twice_counts_once() -> None:
    assert walked(*STREAMING, Event.LOST, Event.LOST)[0].n_losses == 1


def test_waits_double_up_to_the_longest() -> None:
    waits = []
    link = Link()
    for _ in range(8):
        link, _ = walked(Event.TICK, Event.FAILED, Event.CLEARED, link=link, now_s=link.due_s)
        waits.append(link.due_s)
    gaps = [after - before for before, after in zip([0.0, *waits], waits, strict=False)]
    assert gaps == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


def test_data_makes_the_next_wait_short_again() -> None:
    link, _ = walked(Event.TICK, link=Link(n_failures=7))
    assert walked(Event.STARTED, Event.DATA, link=link)[0].n_failures == 0


def test_a_start_without_data_does_not() -> None:
    link, _ = walked(Event.TICK, link=Link(n_failures=7))
    assert walked(Event.STARTED, link=link)[0].n_failures == 7


def test_silence_is_a_loss_although_the_radio_says_nothing() -> None:
    link, _ = walked(*STREAMING, Event.DATA)
    assert walked(Event.TICK, link=link, now_s=101.0)[0].phase is Phase.STREAMING
    link, actions = walked(Event.TICK, link=link, now_s=101.01)
    assert (link.n_losses, actions) == (1, [Action.CLEAR])


def test_a_sensor_that_starts_and_never_sends_is_lost_too() -> None:
    assert walked(Event.TICK, link=walked(*STREAMING)[0], now_s=102.0)[0].n_losses == 1


def test_slow_sensors_may_be_silent_for_ten_packets() -> None:
    assert silence_s(0.3, CONFIG) == pytest.approx(3.0)
    link, _ = walked(*STREAMING, link=Link(packet_period_s=0.3))
    assert walked(Event.TICK, link=link, now_s=102.9)[0].phase is Phase.STREAMING


def test_retries_are_spread_so_that_sensors_do_not_try_in_step() -> None:
    link, _ = walked(Event.TICK, Event.FAILED)
    dues = {advance(link, Event.CLEARED, 100.0, LinkConfig(), chance)[0].due_s for chance in (0.0, 0.5, 1.0)}
    assert len(dues) == 3
    assert all(100.18 < due_s < 100.32 for due_s in dues)


@pytest.mark.parametrize("before", [(), (Event.TICK,), STREAMING, (*STREAMING, Event.LOST)])
def test_a_stop_closes_from_wherever_the_link_is(before: tuple[Event, ...]) -> None:
    link, actions = walked(*before, Event.STOP)
    assert (link.phase, actions[-1]) == (Phase.STOPPING, Action.CLOSE)


@given(EVENTS)
def test_nothing_leads_out_of_the_end(events: list[tuple[Event, float]]) -> None:
    link, _ = walked(Event.STOP, Event.CLOSED)
    for event, now_s in events:
        link, action = advance(link, event, now_s, CONFIG)
        assert (link.phase, action) == (Phase.STOPPED, Action.NOTHING)


@given(EVENTS)
def test_a_stop_is_always_followed_by_exactly_one_close(events: list[tuple[Event, float]]) -> None:
    link, actions, now_s = Link(), [], 0.0
    for event, wait_s in [*events, (Event.STOP, 0.0), (Event.STOP, 0.0)]:
        now_s += wait_s
        link, action = advance(link, event, now_s, CONFIG)
        actions.append(action)
    assert actions.count(Action.CLOSE) == 1


@given(EVENTS)
def test_no_connect_follows_another_without_clearing_in_between(events: list[tuple[Event, float]]) -> None:
    """Otherwise a forgotten client would deliver notifications beside the new one."""
    link, now_s, busy = Link(), 0.0, False
    for event, wait_s in events:
        now_s += wait_s
        link, action = advance(link, event, now_s, CONFIG)
        if action is Action.CONNECT:
            assert not busy
            busy = True
        busy = busy and action is not Action.CLEAR


@given(EVENTS)
def test_whatever_happens_a_link_that_is_let_be_streams_again(events: list[tuple[Event, float]]) -> None:
    link, now_s = Link(), 0.0
    for event, wait_s in events:
        if event is not Event.STOP:
            now_s += wait_s
            link, _ = advance(link, event, now_s, CONFIG)
    for _ in range(4):
        now_s += 20.0
        for event in (Event.DATA, Event.CLEARED, Event.TICK, Event.STARTED, Event.DATA):
            link, _ = advance(link, event, now_s, CONFIG)
    assert link.phase is Phase.STREAMING
