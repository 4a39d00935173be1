// The metadata of a policy's file: how the outputs are mapped to an action.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "lithe/environment.h"

namespace lithe::agents {

// "discrete":   one output for each action, of which the largest is chosen: logits or Q-values.
// "continuous": the outputs are the components of the action, scaled to -1 to 1 if it has bounds.
inline constexpr std::string_view kDiscrete = "discrete", kContinuous = "continuous";

inline constexpr const char* kActionSpaceNote = "lithe.action_space";
inline constexpr const char* kAgentNote = "lithe.agent";
inline constexpr const char* kEnvironmentNote = "lithe.environment";

}  // namespace lithe::agents
