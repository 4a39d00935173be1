#include "data/tables/target_spread.h"

#include <fmt/format.h>

#include "lithe/error.h"

namespace lithe::data {

void check_spread(std::span<const TargetSpread> targets, std::span<const std::string> names,
                  const std::string& file) {
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const TargetSpread& target = targets[i];
    if (!target.is_lost()) continue;
    const std::string name = i < names.size() ? fmt::format("the target \"{}\"", names[i])
                                              : fmt::format("target {}", i + 1);
    throw Error(ErrorKind::data,
                fmt::format("{} has values near {:.6g} with a standard deviation of {:.3g}, and 32 "
                            "bits tell numbers there apart only if they differ by {:.3g}",
                            name, target.mean(), target.deviation(), target.step()),
                file, fmt::format("subtract {:.6g} from each value of the target", target.mean()));
  }
}

}  // namespace lithe::data
