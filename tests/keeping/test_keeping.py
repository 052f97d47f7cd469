"""What becomes of a call's raw files: stored, verified, catalogued, and only then removed."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ari_app.keeping.folder import RecordingsFolder
from recordings.notes import Ended, Muted, Note, PartBegan, PartEnded, StageBegan, Unmuted, to_line
from recordings.record import Segment
from recordings.wav import RATE_HZ
from tests.fakes.raw_recordings import (
    CALLER_HZ,
    OPERATOR_HZ,
    STARTED_AT,
    Part,
    began,
    both_sides,
    call_id,
    leave,
    leave_call,
    notes_of,
)
from tests.keeping.sound import STRANGER, silent, stored_sound, tones, unsealed
from tests.keeping.workshop import Workshop

ID = call_id()


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def test_a_call_is_stored_entered_and_its_raw_files_are_gone(shop: Workshop) -> None:
    leave_call(shop.root, seconds=3.0)
    shop.look()
    kept = shop.kept(ID)
    assert (kept.key, kept.length_s, kept.kind) == (f"2026/11/24/{ID}.opus.age", 3.0, "call")
    assert (kept.operators, kept.queues, kept.mode) == (("1001",), ("ventas",), "all")
    assert (kept.segments, kept.end_reason) == ((Segment("talk", 0.0, 3.0, "1001", "ventas"),), "caller_hung_up")
    assert (kept.faults, kept.stored_at) == ((), shop.clock.now())
    assert shop.left() == []
    sound = stored_sound(shop.stored, kept.key)
    assert len(sound) == 3 * RATE_HZ
    assert tones(sound) == [[CALLER_HZ], [OPERATOR_HZ]]


def test_sizes_and_digests_are_those_of_the_files(shop: Workshop) -> None:
    leave_call(shop.root)
    shop.look()
    kept = shop.kept(ID)
    sealed = (shop.stored / kept.key).read_bytes()
    opus = unsealed(sealed)
    assert (kept.stored_bytes, kept.stored_sha256) == (len(sealed), hashlib.sha256(sealed).hexdigest())
    assert (kept.audio_bytes, kept.audio_sha256) == (len(opus), hashlib.sha256(opus).hexdigest())
    assert opus.startswith(b"OggS")
    assert len(kept.peaks) == 4 * 1200


def test_parts_lie_at_their_places_with_silence_between_and_each_with_its_sound(shop: Workshop) -> None:
    parts = [
        Part(f"{ID}.raw", both_sides(2.0)),
        Part(f"{ID}-2.raw", both_sides(2.0, 1000.0, 1300.0), STARTED_AT + 3.0),
    ]
    leave(shop.root, ID, parts)
    shop.look()
    sound = stored_sound(shop.stored, shop.kept(ID).key)
    assert len(sound) == 5 * RATE_HZ
    assert tones(sound, 0.1, 1.9) == [[CALLER_HZ], [OPERATOR_HZ]]
    assert silent(sound, 2.1, 2.9) == [True, True]
    assert tones(sound, 3.1, 4.9) == [[1000.0], [1300.0]]
    assert shop.left() == []


def test_nothing_is_heard_while_muted_even_if_the_recorder_was_late(shop: Workshop) -> None:
    part = Part(f"{ID}.raw", both_sides(6.0))
    more: list[Note] = [Muted(STARTED_AT + 2.0, "1001"), Unmuted(STARTED_AT + 4.0)]
    leave(shop.root, ID, [part], notes_of(ID, [part], more))
    shop.look()
    kept = shop.kept(ID)
    sound = stored_sound(shop.stored, kept.key)
    assert kept.muted == ((2.0, 4.0),)
    assert silent(sound, 2.1, 3.9) == [True, True]
    assert tones(sound, 0.1, 1.9) == tones(sound, 4.1, 5.9) == [[CALLER_HZ], [OPERATOR_HZ]]
    peaks = np.frombuffer(kept.peaks, np.int8).reshape(-1, 4)
    assert not peaks[401:799].any()


def test_a_message_is_a_recording_of_its_own_beside_that_of_its_call(shop: Workshop) -> None:
    leave_call(shop.root)
    message = f"{ID}-voicemail"
    leave(shop.root, message, [Part(f"{message}.raw", both_sides(1.5, 1000.0), STARTED_AT + 10.0)])
    shop.look()
    assert set(shop.catalogue.entered) == {ID, message}
    kept = shop.kept(message)
    assert (kept.kind, kept.call, kept.length_s) == ("voicemail", ID, 1.5)
    assert tones(stored_sound(shop.stored, kept.key))[0] == [1000.0]
    assert shop.left() == []


def test_every_file_on_the_way_is_its_users_alone(shop: Workshop) -> None:
    leave_call(shop.root)
    shop.store.refuses = True
    shop.look()
    assert shop.left() == [f"raw/{ID}.notes", f"raw/{ID}.raw", f"work/{ID}.label.json", f"work/{ID}.opus.age"]
    for path in [shop.root, *shop.root.rglob("*")]:
        if path.suffix != ".notes":  # the engine's own
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_a_call_that_goes_on_is_left_alone(shop: Workshop) -> None:
    part = Part(f"{ID}.raw", both_sides(1.0))
    leave(shop.root, ID, [part], notes_of(ID, [part])[:-1])
    with (shop.folder.raw / f"{ID}.notes").open("a", encoding="utf-8") as file:
        file.write(to_line(Ended(STARTED_AT, "x")).rstrip("\n"))  # its end is not on the disk yet
    shop.look()
    assert shop.left() == [f"raw/{ID}.notes", f"raw/{ID}.raw"]
    with (shop.folder.raw / f"{ID}.notes").open("a", encoding="utf-8") as file:
        file.write("\n")
    shop.look()
    assert shop.left() == []


@pytest.mark.parametrize(
    "name", ["x.notes", f"{ID}.notes.bak", f"{ID}.wav", "notes.txt", ".hidden", f"{ID}-x.raw", f"{call_id(2)}.raw"]
)
def test_what_is_not_ours_is_left_alone(shop: Workshop, name: str) -> None:
    leave_call(shop.root)
    (shop.folder.raw / name).write_text(to_line(Ended(1.0, "x")), encoding="utf-8")
    (shop.folder.work / "stranger.txt").touch()
    shop.look(2)
    assert shop.left() == sorted([f"raw/{name}", "work/stranger.txt"])


def test_notes_without_any_part_are_done_without_a_recording(shop: Workshop) -> None:
    leave(shop.root, ID, [], [began(ID), StageBegan(STARTED_AT, "flow"), Ended(STARTED_AT + 5, "caller_hung_up")])
    shop.look()
    assert (shop.left(), shop.catalogue.entered, shop.alarms()) == ([], {}, {})


def test_parts_that_the_notes_do_not_tell_of_are_set_aside_and_the_rest_is_kept(shop: Workshop) -> None:
    leave_call(shop.root)
    (shop.folder.raw / f"{ID}-2.raw").write_bytes(b"more")
    shop.look(2)
    assert shop.kept(ID).faults == (f"part_not_noted {ID}-2.raw",)
    assert (shop.folder.aside / f"{ID}-more" / f"{ID}-2.raw").read_bytes() == b"more"
    assert shop.left() == []
    assert f"{ID}-more" in shop.alarms()["set_aside"]


# -- What cannot be kept is set aside, and holds nobody up.


def damage(shop: Workshop, how: str) -> None:
    raw = shop.folder.raw
    match how:
        case "bad line":
            (raw / f"{ID}.notes").write_text(f"nonsense\n{to_line(Ended(1.0, 'x'))}", encoding="utf-8")
        case "no time":
            (raw / f"{ID}.notes").write_text(
                f'{to_line(began(ID))}{{"note":"ended","at":NaN,"reason":"x"}}\n', encoding="utf-8"
            )
        case "no text":
            (raw / f"{ID}.notes").write_bytes(b"\xff\xfe\n" + to_line(Ended(1.0, "x")).encode())
        case "no beginning":
            (raw / f"{ID}.notes").write_text(to_line(Ended(1.0, "x")), encoding="utf-8")
        case "another's notes":
            leave(shop.root, ID, [], [began(call_id(9)), PartBegan(1.0, f"{ID}.raw", "all"), Ended(2.0, "x")])
        case "zero bytes":
            (raw / f"{ID}.raw").write_bytes(b"")
        case "no part there":
            (raw / f"{ID}.raw").unlink()
        case "a link":
            (raw / f"{ID}.raw").rename(shop.root / "elsewhere")
            (raw / f"{ID}.raw").symlink_to(shop.root / "elsewhere")
        case "a pipe":
            (raw / f"{ID}.raw").unlink()
            os.mkfifo(raw / f"{ID}.raw")
        case "an absolute name":
            leave(shop.root, ID, [], [began(ID), PartBegan(1.0, str(shop.root / "elsewhere"), "all"), Ended(2.0, "x")])
        case "days apart":
            more: list[Note] = [
                PartBegan(1.0, f"{ID}.raw", "all"),
                PartBegan(1e9, f"{ID}-2.raw", "all"),
                PartEnded(1e9, f"{ID}.raw"),
            ]
            leave(shop.root, ID, [], [began(ID), *more, Ended(2.0, "x")])
        case other:
            raise AssertionError(other)


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("bad line", "line 1"),
        ("no time", "the time nan is none"),
        ("no text", "no text"),
        ("no beginning", "line 1"),
        ("another's notes", "those of another recording"),
        ("zero bytes", "nothing was written"),
        ("no part there", f"part_missing {ID}.raw"),
        ("a link", f"{ID}.raw is a link"),
        ("a pipe", f"{ID}.raw is no plain file"),
        ("an absolute name", "no name of a raw file"),
        ("days apart", "more than a day"),
    ],
)
def test_a_recording_that_cannot_be_made_is_set_aside_and_the_next_one_is_kept(
    shop: Workshop, how: str, says: str
) -> None:
    leave_call(shop.root)
    (shop.root / "elsewhere").write_text("not ours", encoding="utf-8")
    damage(shop, how)
    before = {path.name for path in shop.folder.raw.iterdir()}
    other = leave_call(shop.root, 2)
    shop.look(2)
    assert set(shop.catalogue.entered) == {other}
    assert shop.left() == []
    aside = shop.folder.aside / ID
    assert {path.name for path in aside.iterdir()} == before | {"reason.txt"}
    assert says in (aside / "reason.txt").read_text(encoding="utf-8")
    assert ID in shop.alarms()["set_aside"]
    assert shop.told()["set_aside"] == 1
    assert shop.folder.root.joinpath("elsewhere").exists()


def test_the_alarm_is_withdrawn_when_a_person_has_dealt_with_it(shop: Workshop) -> None:
    leave_call(shop.root)
    damage(shop, "zero bytes")
    shop.look(2)
    assert "set_aside" in shop.alarms()
    aside = shop.folder.aside / ID
    (aside / f"{ID}.raw").write_bytes(both_sides(2.0).tobytes())
    for name in (f"{ID}.raw", f"{ID}.notes"):
        (aside / name).rename(shop.folder.raw / name)
    (aside / "reason.txt").unlink()
    aside.rmdir()
    shop.look(2)
    assert (shop.alarms(), list(shop.catalogue.entered)) == ({}, [ID])


def test_setting_aside_that_was_cut_off_is_ended_and_overwrites_nothing(shop: Workshop) -> None:
    leave_call(shop.root)
    aside = shop.folder.aside / ID
    aside.mkdir()
    (aside / "reason.txt").write_text("nothing was written", encoding="utf-8")
    (aside / f"{ID}.raw").write_bytes(b"first")
    shop.look()
    assert sorted(path.name for path in aside.iterdir()) == [f"{ID}.notes", f"{ID}.raw", f"{ID}.raw.2", "reason.txt"]
    assert (aside / f"{ID}.raw").read_bytes() == b"first"


def test_notes_that_are_a_link_are_refused(shop: Workshop) -> None:
    id_ = leave_call(shop.root)
    (shop.folder.raw / f"{id_}.notes").rename(shop.root / "real")
    (shop.folder.raw / f"{id_}.notes").symlink_to(shop.root / "real")
    shop.look()
    assert shop.catalogue.entered == {}
    assert f"{id_}.notes" in shop.alarms()["odd_files"]


def test_notes_that_cannot_be_read_hold_nobody_up(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [leave_call(shop.root, number) for number in (1, 2)]
    really_open = os.open

    def not_this_one(path: object, *how: int, **more: int) -> int:
        if str(path).endswith(f"{ids[0]}.notes"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return really_open(str(path), *how, **more)

    monkeypatch.setattr("ari_app.keeping.folder.os.open", not_this_one)
    shop.look(2)
    assert list(shop.catalogue.entered) == [ids[1]]
    assert f"{ids[0]}.notes" in shop.alarms()["odd_files"]
    monkeypatch.undo()
    shop.look(2)
    assert (sorted(shop.catalogue.entered), shop.alarms()) == (ids, {})


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "raw").symlink_to(tmp_path)
    with pytest.raises(PermissionError, match="is a link"):
        RecordingsFolder(tmp_path / "recordings")


# -- Nothing is lost, and nothing is done twice.


def test_while_the_store_refuses_raw_files_stay_and_it_is_encoded_only_once(shop: Workshop) -> None:
    leave_call(shop.root)
    shop.store.refuses = True
    for _ in range(5):
        shop.look()
        shop.clock.at += 400.0
    assert f"raw/{ID}.raw" in shop.left()
    assert "503" in shop.alarms()["store_refuses"]
    shop.store.refuses = False
    shop.look(2)
    assert (shop.left(), shop.alarms(), shop.encoder.encoded, shop.store.puts) == ([], {}, 1, 6)


def test_raw_files_stay_until_the_store_gives_back_what_it_took(shop: Workshop) -> None:
    leave_call(shop.root)
    shop.store.changes_a_byte = True
    shop.look(2)
    assert f"raw/{ID}.raw" in shop.left()
    assert shop.catalogue.entered == {}
    assert "gives back something else" in shop.alarms()["store_refuses"]
    shop.store.changes_a_byte = False
    shop.clock.at += 2.0
    shop.look(2)
    assert (shop.left(), shop.alarms()) == ([], {})


def test_raw_files_stay_until_the_catalogue_has_it(shop: Workshop) -> None:
    leave_call(shop.root)
    shop.catalogue.away = True
    shop.look(2)
    assert f"raw/{ID}.raw" in shop.left()
    assert "catalogue_away" in shop.alarms()
    shop.catalogue.away = False
    shop.clock.at += 2.0
    shop.look(2)
    assert (shop.left(), shop.alarms()) == ([], {})


def test_what_is_entered_and_stored_is_only_removed(shop: Workshop) -> None:
    leave_call(shop.root)
    shop.look()
    leave_call(shop.root)
    shop.look()
    assert (shop.left(), shop.encoder.encoded, shop.store.puts) == ([], 1, 1)


@pytest.mark.parametrize("damage", ["gone", "another"])
def test_what_is_entered_but_not_stored_any_more_is_made_anew(shop: Workshop, damage: str) -> None:
    leave_call(shop.root)
    shop.look()
    stored = shop.stored / shop.kept(ID).key
    stored.unlink() if damage == "gone" else stored.write_bytes(b"another")
    leave_call(shop.root)
    shop.look()
    assert (shop.left(), shop.encoder.encoded) == ([], 2)
    assert tones(stored_sound(shop.stored, shop.kept(ID).key)) == [[CALLER_HZ], [OPERATOR_HZ]]


def test_what_was_sealed_for_others_is_sealed_anew(shop: Workshop) -> None:
    leave_call(shop.root)
    shop.store.refuses = True
    shop.look()
    shop.keys = str(STRANGER.to_public())
    shop.store.refuses = False
    shop.clock.at += 2.0
    shop.look()
    assert unsealed((shop.stored / shop.kept(ID).key).read_bytes(), str(STRANGER)).startswith(b"OggS")
    assert shop.encoder.encoded == 2


@pytest.mark.parametrize(("what", "how"), [("opus.age", "cut off"), ("opus.age", "changed"), ("label.json", "cut off")])
def test_what_is_sealed_but_damaged_is_made_anew(shop: Workshop, what: str, how: str) -> None:
    leave_call(shop.root)
    shop.store.refuses = True
    shop.look()
    damaged = shop.folder.temporary(ID, what)
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:-2] if how == "cut off" else whole[:-2] + bytes([whole[-2] ^ 1, whole[-1]]))
    shop.store.refuses = False
    shop.clock.at += 2.0
    shop.look()
    assert (shop.left(), shop.encoder.encoded) == ([], 2)


@pytest.mark.parametrize("keys", ["", "age1nothing", "@/nowhere/keys"])
def test_without_a_good_key_nothing_is_encoded_and_raw_files_stay(shop: Workshop, keys: str) -> None:
    leave_call(shop.root)
    shop.keys, good = keys, shop.keys
    shop.look(3)
    assert shop.left() == [f"raw/{ID}.notes", f"raw/{ID}.raw"]
    assert (shop.encoder.encoded, shop.store.puts) == (0, 0)
    assert "wrong_key" in shop.alarms()
    shop.keys = good
    shop.look(2)
    assert (shop.left(), shop.alarms()) == ([], {})


def test_two_workers_never_have_the_same_recording(shop: Workshop) -> None:
    leave_call(shop.root)
    other = RecordingsFolder(shop.root)
    with shop.folder.taken(ID) as mine, other.taken(ID) as theirs:
        assert mine is not None
        assert theirs is None
    with other.taken(ID) as theirs:
        assert theirs is not None
        shop.folder.remove(ID, (f"{ID}.raw",))
        leave_call(shop.root)  # as another file under the same name
        with shop.folder.taken(ID) as mine:
            assert mine is not None


def test_notes_that_another_worker_removed_meanwhile_are_not_taken(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_call(shop.root)

    def too_late(handle: int, how: int) -> None:
        shop.folder.remove(ID, (f"{ID}.raw",))
        leave_call(shop.root)
        flock(handle, how)

    flock = fcntl.flock
    monkeypatch.setattr("ari_app.keeping.folder.fcntl.flock", too_late)
    with shop.folder.taken(ID) as mine:
        assert mine is None


def test_a_next_life_removes_what_is_left_of_recordings_that_are_done(shop: Workshop) -> None:
    done, waiting = call_id(5), leave_call(shop.root, 6)
    names = [f"{done}.opus", f"{done}.opus.age", f".{done}.label.json.77.new", f"{done}.tried", f"{waiting}.opus"]
    for name in names:
        (shop.folder.work / name).touch()
    (shop.root / ".pipeline-2.json.77.new").touch()
    worker = shop.new_worker()  # the second on this folder: its state is the second file
    left = {path.name for path in shop.folder.work.iterdir() if path.suffix != ".lock"}
    assert left == {f"{waiting}.opus"}
    assert not (shop.root / ".pipeline-2.json.77.new").exists()
    worker.look()
    worker.close()
    assert shop.left() == []
    assert (shop.root / "pipeline-2.json").exists()


def test_recordings_at_which_workers_died_go_behind_the_others(shop: Workshop) -> None:
    ids = [leave_call(shop.root, number, 0.5) for number in (1, 2, 3)]
    (shop.folder.work / f"{ids[0]}.tried").write_text("...", encoding="utf-8")
    shop.worker.close()
    shop.rules = replace(shop.rules, lanes=1)
    shop.worker = shop.new_worker()
    shop.look()
    assert list(shop.catalogue.entered) == [ids[1]]
    shop.look(2)
    assert list(shop.catalogue.entered) == [ids[1], ids[2], ids[0]]
    assert shop.left() == []
