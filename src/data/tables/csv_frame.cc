#include "data/tables/csv_frame.h"

#include <algorithm>
#include <optional>
#include <span>

#include "data/tables/cell.h"
#include "data/tables/number.h"

namespace lithe::data {

namespace {

// The comma comes last, because decimal commas may be as regular as the delimiter; and blanks are
// in many texts.
constexpr std::string_view kDelimiters = ";\t|, ";
constexpr std::size_t kSampleLines = 30, kSampleBytes = std::size_t{1} << 20;
constexpr std::size_t kMostTitles = 10, kMostSums = 5;
// Less than this says little of what the lines of a table have in common.
constexpr std::size_t kFewLines = 3;

struct Line {
  std::string_view text;            // without its end; with quotes, it may be several
  std::size_t begin = 0, ends = 0;  // its place, and the number of line ends in it
  std::vector<std::size_t> counts;  // of each delimiter outside quotes; of blanks, runs of them
  bool blank = true;
};

void count(Line& line, std::string_view delimiters) {
  line.counts.assign(delimiters.size(), 0);
  bool quoted = false, after_blank = true;
  for (const char c : line.text) {
    if (c == '"') quoted = !quoted;
    const bool is_blank = !quoted && c == ' ';
    line.blank = line.blank && (c == '\r' || c == ' ' || c == '\t');
    if (const std::size_t i = delimiters.find(is_blank ? '\0' : c); !quoted && i != delimiters.npos)
      ++line.counts[i];
    const std::size_t blanks = delimiters.find(' ');
    if (blanks != delimiters.npos && !is_blank && after_blank && c != '\r') ++line.counts[blanks];
    after_blank = is_blank;
  }
  // Words, less one.
  const std::size_t blanks = delimiters.find(' ');
  if (blanks != delimiters.npos && line.counts[blanks] > 0) --line.counts[blanks];
}

std::vector<Line> sample(std::string_view text, std::string_view delimiters) {
  std::vector<Line> lines;
  bool quoted = false;
  std::size_t begin = 0, ends = 0;
  const std::string_view looked = text.substr(0, kSampleBytes);
  const auto add = [&](std::size_t end) {
    Line line;
    line.text = text.substr(begin, end - begin);
    line.begin = begin, line.ends = ends;
    count(line, delimiters);
    lines.push_back(std::move(line));
    begin = end + 1, ends = 0;
  };
  for (std::size_t at = 0; at < looked.size() && lines.size() < kSampleLines; ++at) {
    if (looked[at] == '"') quoted = !quoted;
    if (looked[at] != '\n') continue;
    ++ends;
    if (!quoted) add(at);
  }
  // A line that the sample cuts short says nothing, unless it is the only one.
  const bool is_rest = begin < text.size() && lines.size() < kSampleLines;
  if (is_rest && (lines.empty() || text.size() <= kSampleBytes)) add(text.size());
  return lines;
}

bool is_regular(std::span<const Line* const> lines, std::size_t delimiter) {
  return std::ranges::all_of(lines, [&](const Line* line) {
    return line->counts[delimiter] > 0 &&
           line->counts[delimiter] == lines.front()->counts[delimiter];
  });
}

// The delimiter that divides the lines evenly: the one that is there most often, but a comma or
// blanks only where there is no other.
std::optional<std::size_t> regular_delimiter(std::span<const Line* const> lines,
                                             std::string_view delimiters) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < delimiters.size(); ++i) {
    if (!is_regular(lines, i)) continue;
    const bool last_resort = delimiters[i] == ',' || delimiters[i] == ' ';
    if (!best || (!last_resort && lines.front()->counts[i] > lines.front()->counts[*best]))
      best = i;
  }
  // Blanks are in many texts: where they divide, nothing else does.
  const auto has_others = [&](const Line* line) {
    for (std::size_t i = 0; i + 1 < delimiters.size(); ++i)
      if (line->counts[i] > 0) return true;
    return false;
  };
  const bool blanks = best && delimiters[*best] == ' ';
  return blanks && std::ranges::any_of(lines, has_others) ? std::nullopt : best;
}

bool has_number(const Line& line, char delimiter) {
  return std::ranges::any_of(split_line(line.text, delimiter), [](std::string_view field) {
    return parse_written_number(field, '.') || parse_written_number(field, ',');
  });
}

// Where a table begins, and what divides its fields.
class FrameFinder {
 public:
  FrameFinder(std::string_view text, std::string_view delimiters)
      : delimiters_(delimiters), lines_(sample(text, delimiters)) {
    const std::size_t last = lines_.empty() ? 0 : lines_.back().begin + lines_.back().text.size();
    whole_ = last + 1 >= text.size();
  }

  void find() {
    for (std::size_t first = 0; first < std::min(lines_.size(), kMostTitles + 1); ++first) {
      if (lines_[first].blank || (first > 0 && !are_titles(first))) continue;
      const auto found = delimiter_from(first);
      if (!found || (first > 0 && !has_fewer(first, *found))) continue;
      delimiter_ = *found, first_ = first;
      pass_over_padded_titles();
      return;
    }
    // Nothing is regular: lines that are reported where they are read.
    while (first_ < lines_.size() && lines_[first_].blank) ++first_;
    if (first_ == lines_.size()) return;
    const auto& counts = lines_[first_].counts;
    const auto end = delimiters_.size() > 1 ? counts.end() - 1 : counts.end();  // no blanks
    const auto most = std::max_element(counts.begin(), end);
    delimiter_ =
        *most == 0 ? delimiters_.find(',') : static_cast<std::size_t>(most - counts.begin());
  }

  char delimiter() const { return delimiter_ < delimiters_.size() ? delimiters_[delimiter_] : ','; }
  std::size_t begin() const { return first_ < lines_.size() ? lines_[first_].begin : 0; }
  std::size_t line_ends() const {
    std::size_t ends = 0;
    for (std::size_t i = 0; i < first_; ++i) ends += lines_[i].ends;
    return ends;
  }
  std::string above() const {
    for (std::size_t i = 0; i < first_; ++i)
      if (!lines_[i].blank) return std::string(split_line(lines_[i].text, delimiter()).front());
    return {};
  }

 private:
  std::vector<const Line*> from(std::size_t first) const {
    std::vector<const Line*> lines;
    for (std::size_t i = first; i < lines_.size(); ++i)
      if (!lines_[i].blank) lines.push_back(&lines_[i]);
    return lines;
  }

  // Whether the lines before may be titles: sentences, or something with a blank line below it.
  bool are_titles(std::size_t first) const {
    if (from(first).size() < kFewLines) return false;
    return std::any_of(
        lines_.begin(), lines_.begin() + static_cast<std::ptrdiff_t>(first),
        [](const Line& line) { return line.blank || line.text.find(' ') != line.text.npos; });
  }
  bool has_fewer(std::size_t first, std::size_t delimiter) const {
    return std::all_of(
        lines_.begin(), lines_.begin() + static_cast<std::ptrdiff_t>(first), [&](const Line& line) {
          return line.blank || line.counts[delimiter] < lines_[first].counts[delimiter];
        });
  }

  std::optional<std::size_t> delimiter_from(std::size_t first) const {
    const std::vector<const Line*> all = from(first);
    std::span<const Line* const> lines = all;
    if (const auto found = regular_delimiter(lines, delimiters_)) return found;
    if (lines.size() <= kFewLines) return beside(lines);
    if (!whole_) return beside(lines);
    // The last lines may be sums and remarks with fewer fields.
    const std::size_t most = std::min(kMostSums, lines.size() - kFewLines);
    for (std::size_t below = 1; below <= most; ++below) {
      const auto rows = lines.first(lines.size() - below);
      const auto regular = regular_delimiter(rows, delimiters_);
      const auto found = regular ? regular : beside(rows);
      // Titles may be of equally many words.
      if (found && (below == 1 || delimiters_[*found] != ' ')) return found;
    }
    return std::nullopt;
  }

  // A header with one field more or less than the rows: a separator at the ends of some lines, or
  // row names without a heading. A title, on the other hand, has a line of names below it.
  std::optional<std::size_t> beside(std::span<const Line* const> lines) const {
    if (lines.size() < 2) return std::nullopt;
    const auto found = regular_delimiter(lines.subspan(1), delimiters_);
    if (!found) return std::nullopt;
    const std::size_t above = lines[0]->counts[*found], below = lines[1]->counts[*found];
    if (above == 0 || (above + 1 != below && above != below + 1)) return std::nullopt;
    const char delimiter = delimiters_[*found];
    const bool is_title = lines.size() >= kFewLines && above < below &&
                          !has_number(*lines[1], delimiter) && has_number(*lines[2], delimiter);
    return is_title ? std::nullopt : found;
  }

  // Lines of one text, or none, with separators behind it, as spreadsheets write them.
  void pass_over_padded_titles() {
    const std::size_t found = first_;
    while (first_ < lines_.size() && first_ <= kMostTitles) {
      const auto fields = split_line(lines_[first_].text, delimiter());
      std::size_t texts = 0, numbers = 0;
      for (const std::string_view field : fields)
        if (!field.empty()) ++(to_number(field) ? numbers : texts);
      const bool is_table = fields.size() < 3 || texts > 1 || numbers > 0;
      if (is_table && !lines_[first_].blank) break;
      ++first_;
    }
    if (from(first_).size() < kFewLines || first_ > kMostTitles) first_ = found;
  }

  const std::string_view delimiters_;
  const std::vector<Line> lines_;
  bool whole_ = false;  // the sample is the text
  std::size_t first_ = 0, delimiter_ = std::string_view::npos;
};

std::string lowered(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

bool is_one_of(std::string_view text, std::span<const std::string_view> words) {
  while (!text.empty() && std::string_view("0123456789 :.,()=%").find(text.back()) != text.npos)
    text.remove_suffix(1);
  return std::ranges::find(words, lowered(text)) != words.end();
}

bool is_mean(std::string_view text) {
  constexpr std::string_view kMeans[] = {"average",    "mean",    "durchschnitt",
                                         "mittelwert", "moyenne", "promedio"};
  return is_one_of(text, kMeans);
}

// "* provisional figures", "Source: a survey", "Exported 2024-01-01 by Ada".
bool is_remark(std::string_view text) {
  if (text.starts_with("* ") || text.starts_with("** ") || text.starts_with("(*) ")) return true;
  const std::string_view first = text.substr(0, text.find_first_of(" :"));
  constexpr std::string_view kWords[] = {
      "source", "sources", "note",    "notes",    "exported",  "generated",  "created",  "printed",
      "quelle", "quellen", "hinweis", "hinweise", "anmerkung", "exportiert", "erstellt", "footnote",
      "fuente", "nota",    "notas",   "remarque", "bron",      "fonte"};
  return first.size() < text.size() &&
         std::ranges::find(kWords, lowered(first)) != std::end(kWords);
}

// Whether a text stands somewhere as a whole cell.
bool has_cell(std::string_view table, std::string_view cell, char delimiter) {
  const auto divides = [&](char c) {
    return c == delimiter || c == '\n' || c == '\r' || c == '"' || c == ' ';
  };
  for (std::size_t at = table.find(cell); at != table.npos; at = table.find(cell, at + 1)) {
    const std::size_t end = at + cell.size();
    if ((at == 0 || divides(table[at - 1])) && (end == table.size() || divides(table[end])))
      return true;
  }
  return false;
}

std::string_view without_blank_end(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

struct LastLine {
  std::string_view before;  // the lines above it
  std::vector<std::string_view> fields;
  bool ended = false;  // by a line end: the file was not cut off within it
};

// Whether the line is a sentence about the table: no row, since it has fewer fields. A single text
// without such a beginning may be a row that was cut off.
bool is_note(const LastLine& line, std::string_view first, std::size_t width, char delimiter) {
  if (delimiter == ' ' || line.fields.size() >= std::max<std::size_t>(width, 2)) return false;
  if (width > 1 && is_remark(first)) return true;
  const bool below_blank = line.before.ends_with("\n\n") || line.before.ends_with("\n\r\n");
  return line.fields.size() == 1 && first.find(' ') != first.npos &&
         (below_blank || (width > 2 && line.ended));
}

// Takes sums and remarks from the end of the table.
void cut_sums(CsvFrame& frame) {
  const std::size_t width =
      split_line(frame.table.substr(0, frame.table.find('\n')), frame.delimiter).size();
  for (std::size_t i = 0; i < kMostSums; ++i) {
    const std::string_view table = without_blank_end(frame.table);
    const std::size_t end = table.rfind('\n');
    if (end == table.npos) return;
    const std::string_view rows = table.substr(0, end + 1);
    const LastLine line{rows, split_line(table.substr(end + 1), frame.delimiter),
                        table.size() < frame.table.size()};
    const auto first = std::ranges::find_if(line.fields, [](auto field) { return !field.empty(); });
    if (first == line.fields.end()) return;
    const bool is_sentence = is_note(line, *first, width, frame.delimiter);
    if (!is_sentence &&
        (!(is_sum(*first) || is_mean(*first)) || has_cell(rows, *first, frame.delimiter)))
      return;
    // These look at the whole table, and so come last.
    if (std::ranges::count(rows, '\n') < static_cast<std::ptrdiff_t>(kFewLines)) return;
    if (std::ranges::count(rows, '"') % 2 != 0) return;  // it is the end of a field in quotes
    frame.below = *first;
    frame.table = rows;
  }
}

}  // namespace

std::vector<std::string_view> split_line(std::string_view line, char delimiter) {
  std::vector<std::string_view> fields;
  const auto add = [&](std::string_view field) {
    const auto is_outer = [&](char c) { return c == ' ' || c == '"' || c == '\r'; };
    while (!field.empty() && is_outer(field.front())) field.remove_prefix(1);
    while (!field.empty() && is_outer(field.back())) field.remove_suffix(1);
    if (delimiter != ' ' || !field.empty()) fields.push_back(field);
  };
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '"') quoted = !quoted;
    if (quoted || line[at] != delimiter) continue;
    add(line.substr(begin, at - begin));
    begin = at + 1;
  }
  add(line.substr(begin));
  if (fields.empty()) fields.emplace_back();
  return fields;
}

bool is_sum(std::string_view text) {
  constexpr std::string_view kSums[] = {
      "total",  "totals",  "grand total",   "sum",         "subtotal",      "sub-total",
      "summe",  "gesamt",  "insgesamt",     "gesamtsumme", "somme",         "totaux",
      "suma",   "totales", "total général", "totale",      "zwischensumme", "somma",
      "totaal", "razem",   "suma całkowita"};
  return is_one_of(text, kSums);
}

CsvFrame find_frame(std::string_view text, char chosen) {
  const std::string_view delimiters = chosen == 0 ? kDelimiters : std::string_view(&chosen, 1);
  FrameFinder finder(text, delimiters);
  finder.find();
  CsvFrame frame;
  frame.delimiter = chosen != 0 ? chosen : finder.delimiter();
  frame.lines_above = finder.line_ends();
  frame.above = finder.above();
  frame.table = text.substr(finder.begin());
  cut_sums(frame);
  return frame;
}

}  // namespace lithe::data
