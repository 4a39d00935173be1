#include "data/tables/libsvm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "data/tables/csv_cursor.h"
#include "data/tables/number.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

constexpr std::size_t kReportLines = 10'000;

struct Entry {
  std::uint32_t index;  // as it stands in the file
  float value;
};

// Whether a schema's features are counted from 0: they are called by their indices.
bool counts_from_zero(const TableSchema& schema) {
  for (const TableColumn& column : schema.columns)
    if (column.kind == ColumnKind::number) return column.name == "0";
  return false;
}

class LibsvmReader {
 public:
  LibsvmReader(std::string_view text, const std::string& name, const TableOptions& options,
               const TableSchema* known)
      : answers(known == nullptr ? AnswerCollector(options.csv.task, options.csv.one_output)
                                 : AnswerCollector(*known)),
        from_zero(known != nullptr && counts_from_zero(*known)),
        start_(text.data()),
        at_(start_),
        end_(start_ + text.size()),
        line_start_(start_),
        name_(name),
        options_(options),
        use_answers_(known == nullptr ? options.csv.task != TableTask::none
                                      : known->task != TableTask::none &&
                                            options.target_use != TargetUse::ignore) {}

  void read() {
    while (at_ != end_) {
      read_line();
      if (line_++ % kReportLines == 0) report();
    }
    report();
  }

  AnswerCollector answers;
  std::vector<std::size_t> row_starts;  // where the entries of each row begin
  std::vector<Entry> entries;
  bool from_zero;               // an index was 0, or the schema counts so
  std::size_t highest = 0;      // index
  std::size_t query_count = 0;  // of "qid:" before the entries of a row

  std::size_t columns() const { return entries.empty() ? 0 : highest + (from_zero ? 1 : 0); }

 private:
  void read_line();
  void read_answer();
  bool skip_query();
  void read_entry();
  double read_number(const char* what);
  std::size_t read_index();
  void skip_blanks() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }
  bool at_line_end() const { return at_ == end_ || *at_ == '\n' || *at_ == '#'; }
  bool at_token_end() const { return at_line_end() || *at_ == ' ' || *at_ == '\t' || *at_ == '\r'; }
  void report() const;
  [[noreturn]] void fail(const std::string& problem, const std::string& remedy = {}) const {
    throw Error(ErrorKind::data, problem,
                fmt::format("{}, line {}, column {}", name_, line_, at_ - line_start_ + 1), remedy);
  }

  const char *const start_, *at_, *const end_, *line_start_;
  std::size_t line_ = 1;
  const std::string name_;
  const TableOptions& options_;
  const bool use_answers_;
};

void LibsvmReader::report() const {
  const auto done = static_cast<std::uint64_t>(at_ - start_);
  if (options_.progress && !options_.progress(done, static_cast<std::uint64_t>(end_ - start_)))
    throw Error(ErrorKind::data, "reading was stopped", name_);
}

void LibsvmReader::read_line() {
  line_start_ = at_;
  skip_blanks();
  if (!at_line_end()) {
    row_starts.push_back(entries.size());
    read_answer();
    for (skip_blanks(); !at_line_end(); skip_blanks()) read_entry();
    if (columns() > kMostColumns)
      fail(fmt::format("more than {} features", kMostColumns), "smaller indices");
    check_table_size(row_starts.size(), columns(), sizeof(float), options_, name_);
  }
  const auto rest = static_cast<std::size_t>(end_ - at_);
  const void* line_end = rest == 0 ? nullptr : std::memchr(at_, '\n', rest);
  at_ = line_end == nullptr ? end_ : static_cast<const char*>(line_end) + 1;
}

double LibsvmReader::read_number(const char* what) {
  double value = 0;
  const char* const after = parse_number(at_, end_, value);
  if (after == nullptr)
    fail(fmt::format("{} is not a number", what), "lines of the form label index:value ...");
  if (!(std::abs(value) <= std::numeric_limits<float>::max()))
    fail(fmt::format("{} is too large for 32 bits", what), "scale the values");
  const char* const before = std::exchange(at_, after);
  if (!at_token_end()) {
    at_ = before;
    fail(fmt::format("{} is not a number", what), "lines of the form label index:value ...");
  }
  return value;
}

// Rows that are to be answered may lack the label.
void LibsvmReader::read_answer() {
  const auto token_end = std::find_if(
      at_, end_, [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == ':'; });
  if (!use_answers_ && token_end != end_ && *token_end == ':') return;
  const double value = read_number("the label");
  if (!use_answers_) return;
  if (const std::string wrong = answers.add(value); !wrong.empty()) fail(wrong, answers.remedy());
}

std::size_t LibsvmReader::read_index() {
  const char* const begin = at_;
  std::size_t index = 0;
  while (at_ != end_ && number::is_digit(*at_)) {
    index = std::min<std::size_t>(index * 10 + static_cast<unsigned>(*at_ - '0'), UINT32_MAX);
    ++at_;
  }
  const bool whole = at_ != begin && at_ != end_ && *at_ == ':';
  const bool is_first = entries.size() == row_starts.back();
  const auto refuse = [&](const std::string& problem, const std::string& remedy = {}) {
    at_ = begin;
    fail(problem, remedy);
  };
  if (!whole) refuse("an entry that is not index:value", "lines of the form label index:value ...");
  if (!is_first && index <= entries.back().index)
    refuse(fmt::format("index {} after index {}", index, entries.back().index), "sort the indices");
  if (index > kMostColumns)
    refuse(fmt::format("index {} of at most {}", index, kMostColumns), "smaller indices");
  ++at_;
  return index;
}

// "qid:7" says which query of a ranking a row belongs to.
bool LibsvmReader::skip_query() {
  constexpr std::string_view kQuery = "qid:";
  if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(kQuery) ||
      entries.size() != row_starts.back())
    return false;
  while (!at_token_end()) ++at_;
  ++query_count;
  return true;
}

void LibsvmReader::read_entry() {
  if (skip_query()) return;
  const std::size_t index = read_index();
  const double value = read_number("the value");
  entries.push_back({static_cast<std::uint32_t>(index), static_cast<float>(value)});
  from_zero = from_zero || index == 0;
  highest = std::max(highest, index);
}

TableSchema make_schema(const LibsvmReader& reader, const Answers& answers) {
  TableSchema schema;
  schema.header = false;
  schema.task = answers.task;
  schema.class_names = answers.class_names;
  if (answers.task != TableTask::none) {
    TableColumn label;
    label.name = "label";
    label.kind = ColumnKind::target;
    schema.columns.push_back(std::move(label));
  }
  for (std::size_t i = 0; i < reader.columns(); ++i) {
    TableColumn column;
    column.name = fmt::to_string(i + (reader.from_zero ? 0 : 1));
    schema.columns.push_back(std::move(column));
  }
  return schema;
}

// Returns how many entries are of features beyond the columns.
std::size_t fill(const LibsvmReader& reader, std::size_t columns, float* out) {
  std::size_t beyond = 0;
  for (std::size_t row = 0; row < reader.row_starts.size(); ++row, out += columns) {
    const std::size_t next =
        row + 1 < reader.row_starts.size() ? reader.row_starts[row + 1] : reader.entries.size();
    for (std::size_t i = reader.row_starts[row]; i < next; ++i) {
      const std::size_t column = reader.entries[i].index - (reader.from_zero ? 0 : 1);
      if (column < columns)
        out[column] = reader.entries[i].value;
      else
        ++beyond;
    }
  }
  return beyond;
}

std::vector<TableNote> notes_of(const LibsvmReader& reader, const TableSchema* known,
                                std::size_t columns, std::size_t beyond) {
  std::vector<TableNote> notes;
  if (known != nullptr && reader.from_zero != counts_from_zero(*known))
    notes.push_back({true,
                     "an index is 0, so features are counted from 0 here, and from 1 in the "
                     "data that the model was trained on",
                     "count them alike"});
  if (reader.query_count > 0) notes.push_back({false, "the query numbers (qid) are ignored", {}});
  if (beyond > 0)
    notes.push_back(
        {false,
         fmt::format("{} value{} of features beyond the {} that the model takes {} "
                     "ignored",
                     beyond, beyond == 1 ? "" : "s", columns, beyond == 1 ? "is" : "are"),
         {}});
  return notes;
}

}  // namespace

TablePart parse_libsvm(std::string_view text, const std::string& name, const TableOptions& options,
                       const TableSchema* known) {
  LibsvmReader reader(text, name, options, known);
  reader.read();
  const std::size_t rows = reader.row_starts.size();
  if (rows == 0)
    throw Error(ErrorKind::data, "the file has no rows", name,
                "lines of the form label index:value ...");
  const std::size_t columns = known == nullptr ? reader.columns() : known->feature_count();
  if (columns == 0)
    throw Error(ErrorKind::data, "no row has a feature", name,
                "lines of the form label index:value ...");
  check_table_size(rows, columns, sizeof(float), options, name);
  check_table_memory(rows, columns, sizeof(float));
  auto memory = std::make_shared<TableMemory>();
  memory->features = base::AlignedArray<std::uint8_t>(rows * columns * sizeof(float));
  const std::size_t beyond =
      fill(reader, columns, reinterpret_cast<float*>(memory->features.data()));

  TablePart part;
  part.examples.features = {.data = nullptr,
                            .type = ElementType::float32,
                            .rows = rows,
                            .columns = columns,
                            .row_stride = columns * sizeof(float)};
  part.shape = {columns};
  part.notes = notes_of(reader, known, columns, beyond);
  Answers answers = reader.answers.empty() ? Answers{} : reader.answers.finish();
  if (known == nullptr && answers.task == TableTask::regression)
    check_spread(answers.spreads, {}, name);
  part.schema = known == nullptr ? make_schema(reader, answers) : *known;
  attach(*memory, std::move(answers), part);
  part.class_names = part.schema.class_names;
  part.memory = std::move(memory);
  return part;
}

}  // namespace lithe::data
