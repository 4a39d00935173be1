// How rows were divided, as text in a model.
#include <fmt/format.h>

#include <charconv>

#include "data/tables/row_uses.h"
#include "lithe/error.h"
#include "lithe/table.h"

namespace lithe {

namespace {

// Takes a number, and the blank behind it, from the front of `text`.
template <typename Number, typename... Base>
bool take(std::string_view& text, Number& value, Base... base) {
  const auto [stop, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, base...);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  if (text.starts_with(' ')) text.remove_prefix(1);
  return true;
}

}  // namespace

std::string TableSplit::to_string() const {
  return fmt::format("{:016x} {} {} {} {} {} {}", digest, rows, test_share, seed, folds, fold,
                     uses);
}

TableSplit TableSplit::parse(const std::string& text) {
  TableSplit split;
  std::string_view rest = text;
  const bool whole = take(rest, split.digest, 16) && take(rest, split.rows) &&
                     take(rest, split.test_share) && take(rest, split.seed) &&
                     take(rest, split.folds) && take(rest, split.fold);
  const double share = split.test_share;
  const bool fits = share >= 0 && (share < 1 || share < static_cast<double>(split.rows)) &&
                    split.folds <= split.rows && (split.folds == 0 || split.fold < split.folds);
  if (!whole || !fits)
    throw Error(ErrorKind::model, fmt::format("'{:.60}' does not say how rows were divided", text));
  split.uses = rest;
  if (!split.uses.empty()) data::parse_uses(split.uses, split.rows);
  return split;
}

}  // namespace lithe
