// Python's garbage collector, which a trial turns off from outside.
#pragma once

namespace lithe::preload {

// From now on Python collects no garbage, unless the process grows by gigabytes.
void turn_off_collector();

// To be called at each allocation: turns the collector off once there is an interpreter.
void see_allocation();

}  // namespace lithe::preload
