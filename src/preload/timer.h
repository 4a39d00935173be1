// Samples threads by timers, for systems that refuse perf_event_open.
//
// Each thread has a timer of its processor time. It expires only while the thread runs and so
// interrupts no blocking call. An exec removes the timers, and a fork does not inherit them. The
// signal is a real-time one, which few programs use; a program that uses it is not sampled.
#pragma once

namespace lithe::preload {

// Whether Lithe asked for samples and this process can give them.
bool sampling();

// For the calling thread. Does nothing where there is no sampling or no timer is left.
void start_timer();
void stop_timer();

}  // namespace lithe::preload
