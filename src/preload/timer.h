// Samples of where threads are, by timers: for where the system lets nobody use perf_event_open.
//
// Each thread has a timer of its own processor time, which goes off while the thread runs and so
// interrupts no waiting call. Timers go with an exec and are not passed on by a fork. The signal is
// a real-time one, which hardly any program knows of; if this one does, it is left alone.
#pragma once

namespace lithe::preload {

// Whether Lithe asked for samples, and this process gives them.
bool sampling();

// For the calling thread; nothing where there is no sampling, or no timer left.
void start_timer();
void stop_timer();

}  // namespace lithe::preload
