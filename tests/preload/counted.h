// What some code adds to the counters.
#pragma once

#include "preload/counts.h"

namespace lithe::test {

// Nothing but `work` may allocate meanwhile, on any thread.
template <typename Work>
program::Counts counted(const Work& work) {
  const program::Counts before = preload::sum(*preload::counters());
  work();
  program::Counts after = preload::sum(*preload::counters());
  after.calls -= before.calls, after.bytes -= before.bytes, after.frees -= before.frees;
  after.maps -= before.maps, after.mapped_bytes -= before.mapped_bytes;
  after.unmaps -= before.unmaps;
  return after;
}

}  // namespace lithe::test
