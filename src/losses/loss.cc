#include "losses/loss.h"

#include <fmt/format.h>

#include <cassert>
#include <cstdlib>

#include "losses/requirements.h"

namespace lithe::losses {

std::vector<network::Declaration> declarations() {
  std::vector<network::Declaration> result;
  for (const Row& row : kLosses) {
    result.push_back({std::string(row.name), std::string(row.help)});
    if (!row.argument.empty())
      result.back().arguments.push_back({std::string(row.argument), "see above",
                                         network::Type::number, fmt::format("{}", row.fallback),
                                         row.low, row.high});
  }
  return result;
}

Choice choose(const Component& sentence) {
  for (const Row& row : kLosses)
    if (row.name == sentence.name)
      return {row.loss, row.argument.empty() ? 0 : sentence.number(row.argument)};
  assert(false && "a loss that is declared");
  return {};
}

// No default: the compiler names a loss that is missing here.
Requirements requirements(Loss loss) {
  switch (loss) {
    case Loss::quadratic:
    case Loss::mean_squared:
    case Loss::mean_absolute:
    case Loss::huber:
      return {false, Targets::numbers};
    case Loss::cross_entropy:
      return {true, Targets::distribution};
    case Loss::binary_cross_entropy:
    case Loss::hinge:
      return {true, Targets::probabilities};
  }
  std::abort();
}

}  // namespace lithe::losses
