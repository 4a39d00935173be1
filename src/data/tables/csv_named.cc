#include "data/tables/csv_named.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/nearest.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

using Kind = CsvField::Kind;

// "a,b" -> "--target a --target b"; empty for a word without a comma.
std::string options_for_each(std::string_view word) {
  if (word.find(',') == word.npos) return {};
  std::string options;
  while (!word.empty()) {
    const std::size_t end = std::min(word.find(','), word.size());
    if (end > 0)
      options += fmt::format("{}--target {}", options.empty() ? "" : " ", word.substr(0, end));
    word.remove_prefix(std::min(word.size(), end + 1));
  }
  return options;
}

// The column with this name, or with this number from 1.
std::size_t find_column(const std::string& word, const std::vector<std::string>& names,
                        const Places& places, const std::string& file) {
  if (const auto found = places.find(word); found != places.end()) return found->second;
  std::size_t number = 0;
  const char* const end = word.data() + word.size();
  const auto result = std::from_chars(word.data(), end, number);
  if (result.ec == std::errc() && result.ptr == end && number >= 1 && number <= names.size())
    return number - 1;
  const std::string meant = base::nearest(word, names);
  if (const std::string each = options_for_each(word); !each.empty())
    throw Error(ErrorKind::data, fmt::format("there is no column '{}'", word), file,
                "an option for each column: " + each);
  throw Error(ErrorKind::data,
              fmt::format("there is no column '{}' among its {} columns", word, names.size()), file,
              meant.empty() ? "a column's name, or its number from 1" : meant);
}

}  // namespace

Places places_of(const std::vector<std::string>& names) {
  Places places;
  for (std::size_t i = 0; i < names.size(); ++i) places.emplace(names[i], i);
  return places;
}

NamedColumns::NamedColumns(const std::vector<std::string>& names, const CsvOptions& options,
                           const std::string& file)
    : names_(names), file_(file), places_(places_of(names)), kinds_(names.size()) {
  for (const auto& word : options.ignore) set(word, Kind::ignored);
  if (!options.weight.empty()) set(options.weight, Kind::weight);
  for (const auto& word : options.targets) set(word, Kind::target);
  if (!options.group.empty()) set(options.group, Kind::group);
  if (!options.time.empty()) set(options.time, Kind::time);
  for (const auto& word : options.categorical) set(word, Kind::category);
  for (const EmbeddedColumn& column : options.embed) embed(column);
  for (const auto& word : options.numeric) set(word, Kind::number);
  if (options.text && !options.text->column.empty()) set(options.text->column, Kind::text);
}

// It is a category, and may be named as one too.
void NamedColumns::embed(const EmbeddedColumn& named) {
  const std::size_t column = find_column(named.name, names_, places_, file_);
  if (!embedded_.emplace(column, named.size).second)
    throw Error(ErrorKind::data, fmt::format("the column \"{}\" is named twice", names_[column]),
                file_, "name it once");
  if (kinds_[column] != Kind::category) set(named.name, Kind::category);
}

void NamedColumns::set(const std::string& word, CsvField::Kind kind) {
  const std::size_t column = find_column(word, names_, places_, file_);
  if (kinds_[column] == kind)
    throw Error(ErrorKind::data, fmt::format("the column \"{}\" is named twice", names_[column]),
                file_, "name it once");
  if (kinds_[column])
    throw Error(ErrorKind::data,
                fmt::format("the column \"{}\" is named for two purposes", names_[column]), file_,
                "target, weight, text, ignored, categorical (or embedded) and numeric columns are "
                "all different");
  kinds_[column] = kind;
}

}  // namespace lithe::data
