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
  std::uint32_t index;  // from 0
  float value;
};

class LibsvmReader {
 public:
  LibsvmReader(std::string_view text, const std::string& name, const TableOptions& options,
               const TableSchema* known)
      : answers(known == nullptr ? AnswerCollector(options.csv.task) : AnswerCollector(*known)),
        start_(text.data()),
        at_(start_),
        end_(start_ + text.size()),
        line_start_(start_),
        name_(name),
        options_(options),
        known_(known != nullptr),
        use_answers_(known == nullptr ? options.csv.task != TableTask::none
                                      : known->task != TableTask::none &&
                                            options.target_use != TargetUse::ignore),
        most_columns_(known == nullptr ? kMostColumns : known->feature_count()) {}

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
  std::size_t columns = 0;  // the highest index

 private:
  void read_line();
  void read_answer();
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
  const bool known_, use_answers_;
  const std::size_t most_columns_;
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
    check_table_size(row_starts.size(), columns, sizeof(float), options_, name_);
  }
  const auto rest = static_cast<std::size_t>(end_ - at_);
  const void* line_end = rest == 0 ? nullptr : std::memchr(at_, '\n', rest);
  at_ = line_end == nullptr ? end_ : static_cast<const char*>(line_end) + 1;
}

double LibsvmReader::read_number(const char* what) {
  double value = 0;
  const char* const after = parse_number(at_, end_, value);
  if (after == nullptr) fail(fmt::format("{} is not a number", what));
  if (!(std::abs(value) <= std::numeric_limits<float>::max()))
    fail(fmt::format("{} is too large for 32 bits", what));
  const char* const before = std::exchange(at_, after);
  if (!at_token_end()) {
    at_ = before;
    fail(fmt::format("{} is not a number", what));
  }
  return value;
}

void LibsvmReader::read_answer() {
  const double value = read_number("the label");
  if (!use_answers_) return;
  if (const std::string wrong = answers.add(value); !wrong.empty()) fail(wrong);
}

std::size_t LibsvmReader::read_index() {
  const char* const begin = at_;
  std::size_t index = 0;
  while (at_ != end_ && number::is_digit(*at_)) {
    index = std::min<std::size_t>(index * 10 + static_cast<unsigned>(*at_ - '0'), UINT32_MAX);
    ++at_;
  }
  const bool whole = at_ != begin && at_ != end_ && *at_ == ':';
  const std::size_t last =
      entries.size() == row_starts.back() ? 0 : std::size_t{entries.back().index} + 1;
  const auto refuse = [&](const std::string& problem, const std::string& remedy = {}) {
    at_ = begin;
    fail(problem, remedy);
  };
  if (!whole) refuse("an entry that is not index:value");
  if (index == 0) refuse("index 0", "count the features from 1");
  if (index <= last)
    refuse(fmt::format("index {} after index {}", index, last), "sort the indices");
  if (index > most_columns_)
    refuse(fmt::format("index {} of at most {}", index, most_columns_),
           known_ ? "the schema was learnt from a file without this feature" : "");
  ++at_;
  return index;
}

void LibsvmReader::read_entry() {
  const std::size_t index = read_index();
  const double value = read_number("the value");
  entries.push_back({static_cast<std::uint32_t>(index - 1), static_cast<float>(value)});
  columns = std::max(columns, index);
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
  for (std::size_t i = 1; i <= reader.columns; ++i) {
    TableColumn column;
    column.name = fmt::to_string(i);
    schema.columns.push_back(std::move(column));
  }
  return schema;
}

void fill(const LibsvmReader& reader, std::size_t columns, float* out) {
  for (std::size_t row = 0; row < reader.row_starts.size(); ++row, out += columns) {
    const std::size_t next =
        row + 1 < reader.row_starts.size() ? reader.row_starts[row + 1] : reader.entries.size();
    for (std::size_t i = reader.row_starts[row]; i < next; ++i)
      out[reader.entries[i].index] = reader.entries[i].value;
  }
}

}  // namespace

TablePart parse_libsvm(std::string_view text, const std::string& name, const TableOptions& options,
                       const TableSchema* known) {
  LibsvmReader reader(text, name, options, known);
  reader.read();
  const std::size_t rows = reader.row_starts.size();
  if (rows == 0) throw Error(ErrorKind::data, "the file has no rows", name);
  const std::size_t columns = known == nullptr ? reader.columns : known->feature_count();
  if (columns == 0) throw Error(ErrorKind::data, "no row has a feature", name);
  check_table_size(rows, columns, sizeof(float), options, name);
  auto memory = std::make_shared<TableMemory>();
  memory->features = base::AlignedArray<std::uint8_t>(rows * columns * sizeof(float));
  fill(reader, columns, reinterpret_cast<float*>(memory->features.data()));

  TablePart part;
  part.examples.features = {.data = nullptr,
                            .type = ElementType::float32,
                            .rows = rows,
                            .columns = columns,
                            .row_stride = columns * sizeof(float)};
  part.shape = {columns};
  Answers answers = reader.answers.empty() ? Answers{} : reader.answers.finish();
  part.schema = known == nullptr ? make_schema(reader, answers) : *known;
  attach(*memory, std::move(answers), part);
  part.class_names = part.schema.class_names;
  part.memory = std::move(memory);
  return part;
}

}  // namespace lithe::data
