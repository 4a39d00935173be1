#include "evaluation/target_names.h"

#include <fmt/format.h>

#include "lithe/error.h"
#include "lithe/table.h"

namespace lithe::evaluation {

std::vector<std::string> target_names(const Model& model, std::size_t count) {
  const std::string& text = model.preprocessing().schema;
  if (!text.empty()) {
    try {
      std::vector<std::string> names = TableSchema::from_json(text).target_names();
      const auto windows = model.metadata().find("lithe.windows");
      if (windows != model.metadata().end())
        names = WindowOptions::parse(windows->second).answer_names(names);
      if (names.size() == count) return names;
    } catch (const Error&) {
      // A damaged schema does not keep the figures from being shown.
    }
  }
  if (count == 1) return {"value"};
  std::vector<std::string> names;
  for (std::size_t c = 0; c < count; ++c) names.push_back(fmt::format("value {}", c + 1));
  return names;
}

}  // namespace lithe::evaluation
