#include "data/tables/sequence_folder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/digest.h"
#include "base/mapped_file.h"
#include "data/tables/cell.h"
#include "data/tables/class_folder.h"
#include "data/tables/csv_cursor.h"
#include "data/tables/csv_dialect.h"
#include "data/tables/npy_elements.h"
#include "data/tables/text_file.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostPositionsOfFile = std::size_t{1} << 24;

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Ends the sequence whose values have been added.
void end_sequence(std::size_t channels, std::size_t before, const std::string& name,
                  Sequences& sequences) {
  if (sequences.lengths.empty()) sequences.channels = channels;
  if (channels != sequences.channels)
    throw Error(ErrorKind::data,
                fmt::format("the sequence has {} channels, and those before have {}", channels,
                            sequences.channels),
                name, "files with as many columns each");
  const std::size_t positions = (sequences.values.size() - before) / channels;
  if (positions > kMostPositionsOfFile)
    throw Error(ErrorKind::data, fmt::format("a sequence of {} positions", positions), name,
                fmt::format("at most {}", kMostPositionsOfFile));
  sequences.lengths.push_back(static_cast<std::int32_t>(positions));
}

std::string line_of(const std::vector<std::string>& names) {
  return names.empty() ? "no names" : shortened(fmt::format("{}", fmt::join(names, ",")));
}

class CsvSequence {
 public:
  CsvSequence(CsvCursor cursor, const std::string& name, const CsvOptions& options)
      : cursor_(std::move(cursor)), name_(name), options_(options) {}

  void add_to(Sequences& sequences) {
    const std::size_t before = sequences.values.size();
    for (bool first = true; !cursor_.at_end(); first = false) {
      if (first && passes_header()) continue;
      read_row(sequences);
    }
    if (sequences.values.size() == before)
      throw Error(ErrorKind::data, "the file has no row of numbers", name_,
                  "a file with a row for each position, or none for this sequence");
    if (sequences.lengths.empty()) sequences.names = names_;
    check_names(names_, sequences.names, name_);
    end_sequence(channels_, before, name_, sequences);
  }

 private:
  // A first line without a number, unless the options say what it is.
  bool passes_header() {
    if (options_.header == CsvHeader::no) return false;
    CsvCursor ahead = cursor_;
    std::size_t numbers = 0;
    std::vector<std::string> names;
    ahead.begin_record();
    do {
      names.emplace_back(ahead.take_text());
      numbers += number_in(names.back()) ? 1 : 0;
    } while (!ahead.record_ended());
    if (numbers > 0 && options_.header != CsvHeader::yes) return false;
    cursor_ = ahead;
    channels_ = names.size();
    names_ = std::move(names);
    return true;
  }

  std::optional<double> number_in(std::string_view text) const {
    const char decimal = options_.decimal == 0 ? '.' : options_.decimal;
    if (decimal == '.')
      if (const auto number = to_number(text)) return number;
    return parse_written_number(text, decimal);
  }

  void read_row(Sequences& sequences) {
    std::size_t fields = 0;
    cursor_.begin_record();
    do {
      const std::string_view text = cursor_.take_text();
      const auto number = number_in(text);
      if (!number) {
        cursor_.check_utf8(text);
        cursor_.fail(text.empty() ? "a value is missing"
                                  : fmt::format("'{}' is not a number", shortened(text)),
                     text.empty() ? "put a number in its place, or leave the row out"
                                  : "rows of numbers alone, below a line of names or none; "
                                    "--decimal comma reads 1,5");
      }
      if (!(std::abs(*number) <= static_cast<double>(std::numeric_limits<float>::max())))
        cursor_.fail("the number is too large for 32 bits", "scale the values");
      sequences.values.push_back(static_cast<float>(*number));
      ++fields;
    } while (!cursor_.record_ended());
    if (channels_ == 0) channels_ = fields;
    if (fields != channels_)
      cursor_.fail(fmt::format("the row has {} values, and those above have {}", fields, channels_),
                   "as many columns in each row");
  }

  CsvCursor cursor_;
  const std::string& name_;
  const CsvOptions& options_;
  std::size_t channels_ = 0;
  std::vector<std::string> names_;
};

}  // namespace

void check_names(const std::vector<std::string>& names, const std::vector<std::string>& expected,
                 const std::string& file) {
  if (names == expected) return;
  throw Error(ErrorKind::data,
              fmt::format("above its numbers stands {}, and in the files before {}", line_of(names),
                          line_of(expected)),
              file, "the same line of names in all files, or none in any");
}

void add_csv_sequence(std::string_view text, const std::string& name, const CsvOptions& options,
                      Sequences& sequences) {
  const CsvDialect dialect = find_dialect(text, options.delimiter);
  if (!dialect.below.empty())
    throw Error(ErrorKind::data,
                fmt::format("the end of the file from \"{}\" on is no row of numbers",
                            shortened(dialect.below)),
                name, "delete it");
  if (dialect.delimiter != ' ') {
    CsvSequence({dialect.table, dialect.delimiter, name, dialect.first_line}, name, options)
        .add_to(sequences);
    return;
  }
  const std::string spaced = with_tabs(dialect.table);
  CsvSequence({spaced, '\t', name, dialect.first_line}, name, options).add_to(sequences);
}

void add_npy_sequence(std::span<const std::uint8_t> file, const std::string& name,
                      Sequences& sequences) {
  const NpyArray array = parse_npy(file, name);
  if (array.is_text() || array.shape.size() > 2)
    throw Error(ErrorKind::data,
                array.is_text() ? "the array holds texts"
                                : fmt::format("the array has {} dimensions", array.shape.size()),
                name, "an array of numbers, positions x channels");
  const std::size_t before = sequences.values.size();
  sequences.values.resize(before + array.rows() * array.columns());
  copy_values(array, column_offsets(array), sequences.values.data() + before);
  end_sequence(array.columns(), before, name, sequences);
}

Sequences read_sequence_folder(const fs::path& folder, const TableOptions& options,
                               const std::vector<std::string>& classes, std::uint64_t& digest) {
  const std::vector<ClassFile> files = class_files(folder);
  const TableTask task = options.csv.task;
  const bool answers = task != TableTask::none && options.target_use != TargetUse::ignore;
  if (answers) check_class_folders(files, folder);
  TableSchema declared;
  declared.task = task == TableTask::regression ? task : TableTask::classification;
  declared.class_names = classes;
  AnswerCollector collector =
      classes.empty() ? AnswerCollector(declared.task) : AnswerCollector(declared);
  Sequences sequences;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const ClassFile& file = files[i];
    const std::string name = file.path.string();
    if (options.progress && !options.progress(i, files.size()))
      throw Error(ErrorKind::data, "reading was stopped", folder.string());
    digest = base::digest_of(bytes_of(file.path.lexically_relative(folder).string()), digest);
    if (kind_of(file.path) == ".npy") {
      const base::MappedFile bytes(file.path);
      digest = base::digest_of(bytes.bytes(), digest);
      add_npy_sequence(bytes.bytes(), name, sequences);
    } else {
      const TextFile text(file.path, options.most_bytes);
      digest = base::digest_of(bytes_of(text.text()), digest);
      add_csv_sequence(text.text(), name, options.csv, sequences);
    }
    if (sequences.values.size() > options.most_bytes / sizeof(float))
      throw Error(
          ErrorKind::data,
          fmt::format("the sequences take more than the {} bytes allowed", options.most_bytes),
          name, "fewer sequences");
    if (!answers) continue;
    const std::string wrong = collector.add(file.class_name);
    if (!wrong.empty())
      throw Error(ErrorKind::data, wrong, file.path.parent_path().string(),
                  "folders named as the classes of the data to train on");
  }
  if (answers) sequences.answers = collector.finish();
  return sequences;
}

}  // namespace lithe::data
