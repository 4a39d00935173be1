#include "data/tables/csv_dialect.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "data/tables/cell.h"
#include "data/tables/csv_frame.h"
#include "data/tables/number.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

bool can_delimit(char sign) {
  return sign != 0 && std::strchr(" ,;\t|:!#$%&*/<=>@^_~", sign) != nullptr;
}

void check_delimiter(char chosen) {
  if (!can_delimit(chosen))
    throw Error(ErrorKind::usage, "this character cannot be a delimiter", {},
                ", ; | a tab, a space, or another sign that no number or quote has");
}

// The first line of the text, without its end.
std::string_view first_line(std::string_view text) {
  std::string_view line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// What the first line says about the header, column by column.
struct Votes {
  std::size_t names = 0, values = 0;
  // A text above numbers, and a number above numbers.
  const std::string* name = nullptr;
  const std::string* value = nullptr;
};

bool is_year(double number) {
  return number >= 1800 && number <= 2100 && number == std::floor(number);
}

// Whether the numbers of the first line name columns: years, or each one more than its neighbour.
bool names_columns(const std::vector<std::string>& record, std::size_t i, bool texts_too) {
  const auto number = [&](std::size_t at) {
    return at < record.size() ? to_number(record[at]) : std::nullopt;
  };
  const auto here = number(i), before = i > 0 ? number(i - 1) : std::nullopt, next = number(i + 1);
  const bool in_order = (before && *here == *before + 1) || (next && *next == *here + 1);
  if (*here != std::floor(*here)) return false;
  return is_year(*here) ? in_order || texts_too : in_order && texts_too;
}

// Whether the first line is 0, 1, 2 or 1, 2, 3 and so on, as programs call columns without names.
bool counts_columns(const std::vector<std::string>& record) {
  const auto first = record.size() < 3 ? std::nullopt : to_number(record.front());
  if (!first || (*first != 0 && *first != 1)) return false;
  for (std::size_t i = 0; i < record.size(); ++i)
    if (to_number(record[i]) != *first + static_cast<double>(i)) return false;
  return true;
}

bool all_whole(const CsvSurvey& below) {
  return std::ranges::all_of(below.columns, [](const ColumnSurvey& column) {
    return column.of(CellKind::plain).cells == column.present();
  });
}

void vote(const std::vector<std::string>& record, std::size_t i, const ColumnSurvey& below,
          bool texts_too, Votes& votes) {
  const std::string& cell = record[i];
  const std::size_t texts = below.of(CellKind::text).cells, present = below.present();
  if (present == 0) return;
  const bool date = parse_date(cell, DateOrder::month_first).has_value();
  if (date && below.of(CellKind::date).cells == 0 && texts == 0) {
    ++votes.names, votes.name = &cell;  // a date above numbers names the column
    return;
  }
  const bool is_number = date || parse_written_number(cell, '.') || parse_written_number(cell, ',');
  if (const auto year = to_number(cell); year && is_year(*year) && !is_year(below.low)) {
    votes.names += names_columns(record, i, texts_too) ? 1 : 0;
    return;
  }
  if (texts == 0 && !is_number && below.of(CellKind::boolean).cells < present) {
    ++votes.names, votes.name = &cell;
  } else if (texts == 0 && is_number && !(to_number(cell) && names_columns(record, i, texts_too))) {
    ++votes.values, votes.value = &cell;
  } else if (!is_number && !below.many_values) {
    if (below.values.contains(cell))
      ++votes.values;
    else if (below.values.size() * 2 <= present)
      ++votes.names;
  }
}

// Whether an option names a column, not by its number, as one of the cells.
bool names_one(const std::vector<std::string>& record, const CsvOptions& options) {
  std::vector<std::string> words = options.targets;
  if (options.text) words.push_back(options.text->column);
  return std::ranges::any_of(words, [&](const std::string& word) {
    return !word.empty() && !to_number(word) && std::ranges::find(record, word) != record.end();
  });
}

}  // namespace

CsvDialect find_dialect(std::string_view text, char chosen) {
  CsvDialect dialect;
  if (chosen != 0) check_delimiter(chosen);
  dialect.delimiter = chosen;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty()) {
    const std::string_view line = first_line(text);
    const bool names_delimiter =
        line.size() == 5 && line.starts_with("sep=") && can_delimit(line[4]);
    if (!names_delimiter && !line.starts_with('#')) break;
    // "#a,b,c" may be the header: then it has as many delimiters as the line below.
    const std::string_view rest = text.substr(std::min(text.size(), text.find('\n')));
    const std::string_view below = first_line(rest.substr(std::min<std::size_t>(rest.size(), 1)));
    char guess = dialect.delimiter != 0 ? dialect.delimiter : find_frame(below, 0).delimiter;
    if (guess == ' ') guess = ',';  // the words of a comment are no columns
    const auto divided = std::ranges::count(line, guess);
    if (!names_delimiter && divided > 0 && divided == std::ranges::count(below, guess)) {
      text.remove_prefix(1);
      break;
    }
    if (names_delimiter && chosen == 0) dialect.delimiter = line[4];
    text = rest.substr(std::min<std::size_t>(rest.size(), 1));
    ++dialect.first_line;
  }
  const CsvFrame frame = find_frame(text, dialect.delimiter);
  dialect.delimiter = frame.delimiter;
  dialect.first_line += frame.lines_above;
  dialect.table = frame.table;
  dialect.above = frame.above;
  dialect.below = frame.below;
  return dialect;
}

std::string with_tabs(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') quoted = !quoted;
    if (quoted || (c != ' ' && c != '\t')) {
      result += c;
      continue;
    }
    const bool starts = result.empty() || result.back() == '\n' || result.back() == '\t';
    const char next = i + 1 < text.size() ? text[i + 1] : '\n';
    const bool ends = next == '\n' || next == '\r' || next == ' ' || next == '\t';
    if (!starts && !ends) result += '\t';
  }
  return result;
}

bool has_header(const std::vector<std::string>& first_record, const CsvSurvey& below,
                const CsvOptions& options, const std::string& file) {
  if (options.header != CsvHeader::automatic) return options.header == CsvHeader::yes;
  if (names_one(first_record, options)) return true;
  const MissingTexts missing(options.missing_texts);
  std::size_t texts = 0, numbers = 0;
  for (const std::string& cell : first_record) {
    numbers += to_number(cell) ? 1 : 0;
    texts += !to_number(cell) && !missing.contains(cell) ? 1 : 0;
  }
  if (counts_columns(first_record) && !all_whole(below)) return true;
  Votes votes;
  for (std::size_t i = 0; i < first_record.size() && i < below.columns.size(); ++i)
    if (!missing.contains(first_record[i]))
      vote(first_record, i, below.columns[i], texts > 0, votes);
  if (votes.name != nullptr && votes.value != nullptr)
    throw Error(ErrorKind::data,
                fmt::format("the first line may be a header or not: '{}' stands above numbers, and "
                            "'{}' is a number as those below",
                            shortened(*votes.name), shortened(*votes.value)),
                file + ", line 1", "--header yes, or --header no");
  if (votes.names != votes.values) return votes.names > votes.values;
  return numbers == 0 && texts > 0;
}

}  // namespace lithe::data
