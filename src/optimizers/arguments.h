// Arguments that several optimizers have.
#pragma once

#include <string>
#include <vector>

#include "network/declaration.h"

namespace lithe::optimizers {

network::Argument learning_rate(const char* fallback);
// A share that is kept from step to step: below 1.
network::Argument decay(const char* name, const char* help, const char* fallback);
network::Argument epsilon(const char* fallback);
// At least 0, which it is by default.
network::Argument amount(const char* name, const char* help);

// The declaration of an optimizer: its own arguments, and behind them those that all optimizers
// have.
network::Declaration declare(std::string_view name, const char* help,
                             std::vector<network::Argument> own, const char* weight_decay = "0");

}  // namespace lithe::optimizers
