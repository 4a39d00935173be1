#include "target_scores.h"

#include <fmt/format.h>

#include "base/figure.h"
#include "lithe/table.h"
#include "terminal.h"

namespace lithe::app {

void print_targets(const RegressionReport& report) {
  for (std::size_t c = 0; c < report.columns.size(); ++c) {
    const ValueFigures& one = report.columns[c];
    print_folded("  {}: rmse {}  mean absolute error {}  R2 {:.4f}\n", report.names[c],
                 base::figure(one.rmse), base::figure(one.mae), one.r2);
  }
}

void print_naive(const std::optional<WindowReport>& windows) {
  if (!windows) return;
  for (const NaiveForecast& one : windows->naive)
    print_folded("{}\n",
                 one.format(over_targets(windows->answers.size()), windows->naive.front().windows));
}

std::string unit_of_target(const Model& model) {
  const std::string& text = model.preprocessing().schema;
  if (text.empty()) return {};
  const TableSchema schema = TableSchema::from_json(text);
  if (schema.target_names().size() != 1) return {};
  const TableColumn& target = *schema.target();
  if (target.format == CellFormat::date || target.format == CellFormat::duration) return " days";
  return target.unit.empty() || target.unit == "%" ? "" : " " + target.unit;
}

std::string over_targets(std::size_t targets) {
  return targets > 1 ? fmt::format(" over {} targets", targets) : "";
}

}  // namespace lithe::app
