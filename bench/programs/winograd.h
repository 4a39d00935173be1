// Lithe's side of a convolution alone by `algorithm=winograd`: its stages as a plan runs them, the
// transform of the weights included, which a training does before every step.
#pragma once

#include "task.h"

namespace lithe::bench {

nlohmann::json winograd(const Task& task);

}  // namespace lithe::bench
