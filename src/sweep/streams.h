// The streams of random numbers that sweeps use.
#pragma once

#include "base/random.h"

namespace lithe::sweep {

inline constexpr auto kPurpose = static_cast<base::StreamPurpose>(13);

}  // namespace lithe::sweep
