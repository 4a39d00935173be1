#include "losses/loss.h"

#include <fmt/format.h>

#include <cassert>

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

}  // namespace lithe::losses
