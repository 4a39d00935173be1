#include "evaluation/example.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "data/examples/elements.h"
#include "lithe/error.h"
#include "lithe/table.h"

namespace lithe::evaluation {

namespace {

constexpr std::size_t kLongestSide = 128;  // of a picture on the page, in pixels
constexpr std::size_t kMostValues = 12;
constexpr std::size_t kMostTokens = 40;  // of a text

std::vector<double> row_values(const Features& features, std::size_t row) {
  return data::with_element(features.type, [&]<typename V>(V) {
    std::vector<V> values(features.columns);
    std::memcpy(values.data(), features.row(row), features.columns * sizeof(V));
    return std::vector<double>(values.begin(), values.end());
  });
}

std::vector<std::uint8_t> to_grey(const std::vector<double>& values) {
  const auto [low, high] = std::ranges::minmax(values);
  const double range = high > low ? high - low : 1;
  std::vector<std::uint8_t> pixels;
  for (const double value : values) {
    const double part = 255 * (value - low) / range;
    pixels.push_back(std::isfinite(part) ? static_cast<std::uint8_t>(std::lround(part)) : 0);
  }
  return pixels;
}

// One column of a table as text. Moves `at` past its features. `length`: of a text, how many tokens
// it has.
std::string column_text(const TableColumn& column, const std::vector<double>& values,
                        std::size_t length, std::size_t& at) {
  const std::size_t end = at + column.features();
  std::string text;
  if (column.kind == ColumnKind::text) {
    for (std::size_t i = 0; i < std::min(kMostTokens, length); ++i)
      text += (i > 0 ? " " : "") + column.token(static_cast<std::size_t>(values[at + i]));
  } else if (column.kind == ColumnKind::number) {
    text = fmt::format("{:.6g}", values[at]);
  } else if (column.embedding > 0) {
    const double row = values[at];
    const bool known = row >= 1 && row <= static_cast<double>(column.categories.size());
    if (known) text = column.categories[static_cast<std::size_t>(row) - 1];
    if (row == 0) text = "a category that is not known";
  } else {
    for (std::size_t c = 0; c < column.categories.size(); ++c)
      if (values[at + c] == 1) text = column.categories[c];
  }
  if (text.empty() || (column.indicator && values[end - 1] == 1)) text = "missing";
  at = end;
  return fmt::format("{} = {}", column.name, text);
}

std::vector<TableColumn> columns_of(const Model& model, std::size_t features) {
  const std::string& text = model.preprocessing().schema;
  if (text.empty()) return {};
  try {
    const TableSchema schema = TableSchema::from_json(text);
    if (schema.feature_count() == features) return schema.columns;
  } catch (const Error&) {
    // Without names the columns are numbered.
  }
  return {};
}

}  // namespace

std::optional<Image> picture_of(const Dataset& data, const Features& features, std::size_t row) {
  const std::vector<std::size_t>& shape = data.shape;
  const std::size_t channels = shape.size() == 3 ? shape[2] : 1;
  const bool image = (shape.size() == 2 || shape.size() == 3) && (channels == 1 || channels == 3);
  if (!image || features.columns == 0 || shape[0] * shape[1] * channels != features.columns)
    return std::nullopt;
  Image result{shape[0], shape[1], {}, channels};
  if (features.type == ElementType::uint8)
    result.pixels.assign(features.row(row), features.row(row) + features.columns);
  else
    result.pixels = to_grey(row_values(features, row));
  const std::size_t longest = std::max(result.height, result.width);
  if (longest <= kLongestSide) return result;
  const auto shrunk = [&](std::size_t side) {
    return std::max<std::size_t>(1, side * kLongestSide / longest);
  };
  return resize(result, shrunk(result.height), shrunk(result.width), Resize::stretch);
}

std::string values_of(const Model& model, const Features& features, std::size_t row) {
  const std::vector<double> values = row_values(features, row);
  std::vector<std::string> texts;
  const std::size_t length =
      features.lengths == nullptr ? values.size() : static_cast<std::size_t>(features.lengths[row]);
  std::size_t at = 0;
  for (const TableColumn& column : columns_of(model, values.size()))
    if (column.features() > 0) texts.push_back(column_text(column, values, length, at));
  if (texts.empty())
    for (std::size_t i = 0; i < std::min(values.size(), kMostValues + 1); ++i)
      texts.push_back(fmt::format("{} = {:.6g}", i + 1, values[i]));
  const bool more = texts.size() > kMostValues;
  texts.resize(std::min(texts.size(), kMostValues));
  std::string result;
  for (const std::string& text : texts) result += (result.empty() ? "" : ", ") + text;
  return more ? result + ", …" : result;
}

}  // namespace lithe::evaluation
