// Python's garbage collector, which a trial turns off from outside.
#pragma once

namespace lithe::preload {

enum class Collector {
  whole,  // Python collects no garbage by itself
  calls,  // gc.collect() does nothing
};

// From now on, unless the process grows by gigabytes.
void turn_off(Collector what);

// To be called at each allocation: turns it off once there is an interpreter.
void see_allocation();

}  // namespace lithe::preload
