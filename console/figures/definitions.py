"""What does each figure mean, in words, and which calls are behind it? One definition each; what is shown says which.

The definitions are those of the live figures (queues/figures.py), which works them out, from sums: never an average of averages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

Unit = Literal["calls", "seconds", "share"]
Level = Literal["queue", "operator", "both"]


@dataclass(frozen=True, slots=True)
class Definition:
    """``counted``: the list (counting.LISTS) of what is counted, or of what a rate divides by; None where no calls are behind it.
    ``level``: whether it is of queues, of operators, or of both. Times are shown in seconds, shares as 0 to 1."""

    id: str
    unit: Unit
    level: Level
    counted: str | None
    es: tuple[str, str]
    en: tuple[str, str]

    def as_json(self) -> dict[str, Any]:
        """For a page: the name and the definition in both languages."""
        return {
            "id": self.id,
            "unit": self.unit,
            "level": self.level,
            "counted": self.counted,
            "name": {"es": self.es[0], "en": self.en[0]},
            "definition": {"es": self.es[1], "en": self.en[1]},
        }


_ALL: Final = (
    Definition(
        "offered", "calls", "queue", "offered",
        ("Ofrecidas", "Llamadas que entraron en la cola. Quien espera a medianoche cuenta en los dos días; quien colgó mientras la "
         "centralita no funcionaba no cuenta."),
        ("Offered", "Calls that came into the queue. Who waits at midnight counts in both days; who hung up while the telephone "
         "system was down does not count."),
    ),
    Definition(
        "answered", "calls", "both", "answered",
        ("Atendidas", "Llamadas de la cola que atendió un operador, también las devueltas."),
        ("Answered", "Calls of the queue that an operator answered, those called back included."),
    ),
    Definition(
        "answered_in_sl", "calls", "queue", "answered_in_sl",
        ("Atendidas en plazo", "Atendidas con una espera de T segundos como mucho; T es el plazo de la cola."),
        ("Answered in time", "Answered after a wait of T seconds at most; T is the queue's service level time."),
    ),
    Definition(
        "abandoned", "calls", "queue", "abandoned",
        ("Abandonadas", "Quien llamaba colgó antes de ser atendido. Quien pide que le devuelvan la llamada no abandona."),
        ("Abandoned", "The caller hung up unserved. Who takes a callback has not abandoned."),
    ),
    Definition(
        "abandoned_in_sl", "calls", "queue", "abandoned_in_sl",
        ("Abandonadas en plazo", "Abandonadas dentro de los T segundos de la cola."),
        ("Abandoned in time", "Abandoned within the queue's T seconds."),
    ),
    Definition(
        "short_abandoned", "calls", "queue", "short_abandoned",
        ("Abandonos cortos", "De las abandonadas, las que colgaron antes del mínimo que fija la cola; se cuentan aparte."),
        ("Short abandons", "Of the abandoned, those who hung up before the queue's set number of seconds; counted apart."),
    ),
    Definition(
        "sl2", "share", "queue", "ended",
        ("Nivel de servicio (SL2)", "(atendidas en plazo + abandonadas en plazo) / (atendidas + abandonadas). Es la segunda "
         "variante de Asterisk."),
        ("Service level (SL2)", "(answered in time + abandoned in time) / (answered + abandoned). Asterisk's second variant."),
    ),
    Definition(
        "sl", "share", "queue", "answered",
        ("Nivel de servicio (SL)", "Atendidas en plazo / atendidas."),
        ("Service level (SL)", "Answered in time / answered."),
    ),
    Definition(
        "asa_s", "seconds", "queue", "answered",
        ("Espera media (ASA)", "Suma de las esperas en cola de las atendidas / atendidas."),
        ("Mean wait (ASA)", "Sum of the answered calls' time in the queue / answered."),
    ),
    Definition(
        "abandonment", "share", "queue", "offered",
        ("Abandono", "Abandonadas / ofrecidas. Los abandonos cortos están incluidos."),
        ("Abandonment", "Abandoned / offered. Short abandons are included."),
    ),
    Definition(
        "exited", "calls", "queue", "exited",
        ("Salidas", "Dejaron la cola sin ser atendidas y sin colgar: desvío, tecla, transferencia, devolución fallida."),
        ("Left otherwise", "Left the queue unserved without hanging up: overflow, a key, a transfer, a failed callback."),
    ),
    Definition(
        "refused", "calls", "queue", "refused",
        ("No admitidas", "No tuvieron sitio: cola llena, sin operadores o cerrada. No están entre las ofrecidas."),
        ("Refused", "Never had a place: the queue was full, empty or closed. They are not among the offered."),
    ),
    Definition(
        "callbacks_agreed", "calls", "queue", "callbacks_agreed",
        ("Devoluciones pedidas", "Quien llamaba pidió que le devolvieran la llamada y conservó su sitio."),
        ("Callbacks agreed", "The caller asked to be called back and kept the place."),
    ),
    Definition(
        "called_back", "calls", "both", "called_back",
        ("Devueltas", "De las atendidas, las que fueron una devolución de llamada."),
        ("Called back", "Of the answered, those that were a callback."),
    ),
    Definition(
        "lost", "calls", "queue", "lost",
        ("Perdidas sin servicio", "Esperaban cuando la centralita se detuvo y ya no estaban al volver. No cuentan como ofrecidas."),
        ("Lost while down", "Waited when the telephone system went down and were gone when it was back. Not among the offered."),
    ),
    Definition(
        "rung", "calls", "operator", "rung",
        ("Timbres", "Veces que sonó el teléfono de un operador por una llamada."),
        ("Rung", "How often an operator's phone rang for a call."),
    ),
    Definition(
        "missed", "calls", "operator", "missed",
        ("No contestadas", "Sonó y nadie contestó, o no se pudo llegar al teléfono."),
        ("Missed", "It rang without an answer, or the phone could not be reached."),
    ),
    Definition(
        "rejected", "calls", "operator", "rejected",
        ("Rechazadas", "El operador rechazó la llamada o comunicaba."),
        ("Rejected", "The operator turned the call away or was busy."),
    ),
    Definition(
        "handled", "calls", "both", "handled",
        ("Gestionadas", "Partes de un operador en una llamada que ya terminaron; una transferencia hace dos."),
        ("Handled", "An operator's part in a call that is over; a transfer makes two."),
    ),
    Definition(
        "aht_s", "seconds", "both", "handled",
        ("Tiempo medio (AHT)", "(conversación + espera del cliente + poscall) / gestionadas."),
        ("Mean handling time (AHT)", "(talk + hold + wrap-up) / handled."),
    ),
    Definition(
        "talk_s", "seconds", "both", "handled",
        ("Conversación", "Suma del tiempo de conversación de las gestionadas, sin el de espera."),
        ("Talk time", "Sum of the handled calls' talk time, without hold."),
    ),
    Definition(
        "hold_s", "seconds", "both", "handled",
        ("En espera", "Suma del tiempo en que el cliente oyó música durante la conversación."),
        ("Hold time", "Sum of the time in which the caller heard music during the conversation."),
    ),
    Definition(
        "wrap_up_s", "seconds", "both", "wrap_up",
        ("Poscall", "Suma del tiempo posterior a las llamadas. De un operador es su tiempo en ese estado, cortado a medianoche; "
         "de una cola, el de los poscall que ya terminaron."),
        ("Wrap-up time", "Sum of the time after calls. Of an operator it is the time in that state, cut at midnight; of a "
         "queue, that of the wrap-ups that are over."),
    ),
    Definition(
        "occupancy", "share", "operator", None,
        ("Ocupación", "En contacto (conversación, espera y poscall) / (en contacto + disponible). Lo que suena no cuenta."),
        ("Occupancy", "On contact (talk, hold and wrap-up) / (on contact + ready). Ringing counts as neither."),
    ),
    Definition(
        "ready_s", "seconds", "operator", None,
        ("Disponible", "Tiempo a la espera de una llamada."),
        ("Ready", "Time waiting for a call."),
    ),
    Definition(
        "paused_s", "seconds", "operator", None,
        ("En pausa", "Tiempo en pausa, por cualquier motivo."),
        ("Paused", "Time paused, for whatever reason."),
    ),
    Definition(
        "logged_in_s", "seconds", "operator", None,
        ("Conectado", "Tiempo en cualquier estado que no sea desconectado. El estado que sigue cuenta hasta el último "
         "cuarto de hora."),
        ("Logged in", "Time in any state but logged out. A state that goes on counts up to the last quarter of an hour."),
    ),
)  # fmt: skip

DEFINITIONS: Final[Mapping[str, Definition]] = {one.id: one for one in _ALL}
"""By id, in the order in which they are shown."""
