// What the options of a CSV file say of its columns, by name or number.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/tables/csv_layout.h"
#include "lithe/table.h"

namespace lithe::data {

// Where each name stands.
using Places = std::unordered_map<std::string_view, std::size_t>;
Places places_of(const std::vector<std::string>& names);

// What a column is named for; nothing where the options do not name it. Throws Error(data) for a
// column that is not there, or that is named twice.
class NamedColumns {
 public:
  NamedColumns(const std::vector<std::string>& names, const CsvOptions& options,
               const std::string& file);
  std::optional<CsvField::Kind> of(std::size_t column) const { return kinds_[column]; }
  void set(std::size_t column, CsvField::Kind kind) { kinds_[column] = kind; }
  const std::map<std::size_t, std::size_t>& embedded() const { return embedded_; }

 private:
  void embed(const EmbeddedColumn& named);
  void set(const std::string& word, CsvField::Kind kind);

  const std::vector<std::string>& names_;
  const std::string& file_;
  const Places places_;
  std::vector<std::optional<CsvField::Kind>> kinds_;
  std::map<std::size_t, std::size_t> embedded_;
};

}  // namespace lithe::data
