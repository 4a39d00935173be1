#include "never_predicted.h"

#include <fmt/format.h>

#include <algorithm>

namespace lithe::app {

std::vector<std::string> names_never_predicted(const Model& model, const Examples& examples,
                                               std::size_t correct) {
  const auto& known = model.preprocessing().class_names;
  std::vector<std::string> names;
  for (const std::size_t c : never_predicted(model, examples, correct))
    names.push_back(c < known.size() ? known[c] : fmt::format("{}", c));
  return names;
}

std::string never_predicted_text(const std::vector<std::string>& names) {
  constexpr std::size_t kClassesNamed = 5;
  std::string text = names.size() == 1 ? "this class: " : "these classes: ";
  for (std::size_t i = 0; i < std::min(names.size(), kClassesNamed); ++i)
    text += (i > 0 ? ", " : "") + names[i];
  if (names.size() > kClassesNamed)
    text += fmt::format(" and {} more", names.size() - kClassesNamed);
  return text;
}

}  // namespace lithe::app
