#include "target_scores.h"

#include <fmt/format.h>

#include "base/figure.h"
#include "terminal.h"

namespace lithe::app {

void print_targets(const RegressionReport& report) {
  for (std::size_t c = 0; c < report.columns.size(); ++c) {
    const ValueFigures& one = report.columns[c];
    print_folded("  {}: rmse {}  mean absolute error {}  R2 {:.4f}\n", report.names[c],
                 base::figure(one.rmse), base::figure(one.mae), one.r2);
  }
}

std::string over_targets(std::size_t targets) {
  return targets > 1 ? fmt::format(" over {} targets", targets) : "";
}

}  // namespace lithe::app
