// The texts that stand for a missing value.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "data/tables/number.h"

namespace lithe::data {

class MissingTexts {
 public:
  explicit MissingTexts(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      texts_.push_back(lower(text));
      longest_ = std::max(longest_, text.size());
      if (const auto number = to_number(text)) numbers_.push_back(*number);
    }
  }
  bool contains(std::string_view text) const {
    return text.size() <= longest_ && std::ranges::find(texts_, lower(text)) != texts_.end();
  }
  bool contains(double number) const {
    return std::ranges::find(numbers_, number) != numbers_.end();
  }
  bool has_numbers() const { return !numbers_.empty(); }

 private:
  static std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
  }

  std::vector<std::string> texts_;
  std::vector<double> numbers_;
  std::size_t longest_ = 0;
};

}  // namespace lithe::data
