// What is said of alarms.
export const alarmsEs = {
  alarms: "Alarmas", now: "Ahora", limits: "Cuándo avisan", noneNow: "Ninguna alarma.", seen: "Vista", allSeen: "Todas vistas", wasSeen: "vista", isNew: "nueva", andMore: "y {n} más", standing: "Alarmas: {n} activas",
  for: "Límites para", forAll: "todas las colas y operadores", sound: "Avisar con sonido", what: "Qué", on: "Activa", limit: "Límite", usual: "Volver a lo habitual", theGoal: "objetivo",
  explained: "Los límites se guardan en este navegador. Una alarma se apaga cuando el valor lleva 5 s de vuelta con holgura; el nivel de servicio y el abandono cuentan a partir de 10 llamadas. Sin límite propio, el nivel de servicio se compara con el objetivo de la cola.",
  what_longest_wait: "Espera más larga", what_waiting: "Clientes en espera", what_service_level: "Nivel de servicio (SL2) por debajo de", what_abandonment: "Abandono", what_nobody_ready: "Esperan y nadie puede atender", what_long_pause: "Pausa larga", what_long_wrap_up: "Poscall largo", what_unreachable: "Teléfono sin conexión", what_controller: "La centralita no responde",
  is_longest_wait: "{who}: {value} de espera (límite {limit})", is_waiting: "{who}: {value} en espera (límite {limit})", is_service_level: "{who}: nivel de servicio {value} (mínimo {limit})", is_abandonment: "{who}: abandono {value} (límite {limit})", is_nobody_ready: "{who}: esperan y nadie puede atender",
  is_long_pause: "{who}: {value} en pausa", is_long_wrap_up: "{who}: {value} en poscall", is_unreachable: "{who}: teléfono sin conexión", is_controller: "La centralita no responde: los datos son antiguos",
};
export const alarmsEn = {
  alarms: "Alarms", now: "Now", limits: "When they call", noneNow: "No alarm.", seen: "Seen", allSeen: "All seen", wasSeen: "seen", isNew: "new", andMore: "and {n} more", standing: "Alarms: {n} standing",
  for: "Limits for", forAll: "all queues and operators", sound: "Call with a sound", what: "What", on: "On", limit: "Limit", usual: "Back to the usual", theGoal: "goal",
  explained: "Limits are kept in this browser. An alarm falls once the value has been back with room to spare for 5 s; service level and abandonment count from 10 calls on. Without a limit of its own, the service level is held against the queue's goal.",
  what_longest_wait: "Longest wait", what_waiting: "Callers waiting", what_service_level: "Service level (SL2) below", what_abandonment: "Abandonment", what_nobody_ready: "Callers wait and nobody can answer", what_long_pause: "Long pause", what_long_wrap_up: "Long wrap-up", what_unreachable: "Phone unreachable", what_controller: "The exchange does not answer",
  is_longest_wait: "{who}: waiting for {value} (limit {limit})", is_waiting: "{who}: {value} waiting (limit {limit})", is_service_level: "{who}: service level {value} (at least {limit})", is_abandonment: "{who}: abandonment {value} (limit {limit})", is_nobody_ready: "{who}: callers wait and nobody can answer",
  is_long_pause: "{who}: paused for {value}", is_long_wrap_up: "{who}: in wrap-up for {value}", is_unreachable: "{who}: phone unreachable", is_controller: "The exchange does not answer: what is shown is old",
};
