// How a policy's outputs are an action. The word stands in a policy's notes ("lithe.answer").
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "lithe/environment.h"

namespace lithe::agents {

// "choice":  a choice for each output, the largest one's is taken: logits, or values of actions.
// "numbers": the outputs are the numbers of the action, from -1 to 1 where it is bounded.
inline constexpr std::string_view kChoice = "choice", kNumbers = "numbers";

inline constexpr const char* kAnswerNote = "lithe.answer";
inline constexpr const char* kAgentNote = "lithe.agent";
inline constexpr const char* kEnvironmentNote = "lithe.environment";

}  // namespace lithe::agents
