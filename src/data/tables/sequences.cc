#include "data/tables/sequences.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/digest.h"
#include "data/tables/class_folder.h"
#include "data/tables/npy_elements.h"
#include "data/tables/sequence_folder.h"
#include "data/tables/text_file.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostPaddedColumns = std::size_t{1} << 26;

// Rows of `positions` each.
TablePart pad(Sequences sequences, std::size_t positions, const TableOptions& options,
              const std::string& name) {
  const std::size_t rows = sequences.lengths.size(), channels = sequences.channels;
  if (positions > kMostPaddedColumns / channels)
    throw Error(ErrorKind::data,
                fmt::format("{} positions of {} channels in a sequence", positions, channels), name,
                fmt::format("at most {} values", kMostPaddedColumns));
  const std::size_t columns = positions * channels;
  check_table_size(rows, columns, sizeof(float), options, name);
  check_table_memory(rows, columns, sizeof(float));
  auto memory = std::make_shared<TableMemory>();
  memory->features = base::AlignedArray<std::uint8_t>(rows * columns * sizeof(float));
  auto* const to = reinterpret_cast<float*>(memory->features.data());
  const float* from = sequences.values.data();
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t values = static_cast<std::size_t>(sequences.lengths[row]) * channels;
    std::fill(std::copy_n(from, values, to + row * columns), to + (row + 1) * columns, 0.0F);
    from += values;
  }
  memory->lengths = std::move(sequences.lengths);

  TablePart part;
  part.examples.features = {.data = memory->features.data(),
                            .type = ElementType::float32,
                            .rows = rows,
                            .columns = columns,
                            .row_stride = columns * sizeof(float),
                            .lengths = memory->lengths.data()};
  part.shape = {positions, channels};
  part.schema.task = sequences.answers.task;
  part.schema.class_names = sequences.answers.class_names;
  attach(*memory, std::move(sequences.answers), part);
  part.memory = std::move(memory);
  return part;
}

// What a model takes.
void check_form(const Sequences& sequences, const ArrayForm& form, const std::string& name) {
  if (form.shape.size() != 2 || form.shape[1] != sequences.channels)
    throw Error(ErrorKind::data,
                fmt::format("the sequences have {} channels, and the model takes {}",
                            sequences.channels, fmt::join(form.shape, "x")),
                name, "sequences of the channels that it was trained on");
  if (form.lengths) return;
  const auto other = std::ranges::find_if(sequences.lengths, [&](std::int32_t length) {
    return static_cast<std::size_t>(length) != form.shape[0];
  });
  if (other != sequences.lengths.end())
    throw Error(ErrorKind::data,
                fmt::format("sequence {} has {} positions, and the model takes {}, no more and no "
                            "fewer",
                            other - sequences.lengths.begin() + 1, *other, form.shape[0]),
                name, "a model that begins with input(48x7, lengths=true), say");
}

Sequences read_file(const fs::path& path, const TableOptions& options,
                    const std::vector<std::string>& classes, std::uint64_t& digest) {
  if (format_of_folder(path)) return read_sequence_folder(path, options, classes, digest);
  const TextFile file(path, options.most_bytes);
  digest = base::digest_of(file.text());
  return parse_ts(file.text(), path.string(), options, classes);
}

}  // namespace

TableParts read_sequences(const fs::path& path, const TableOptions& options,
                          const ArrayForm* form) {
  const std::string name = path.string();
  TableParts parts;
  std::uint64_t digest = 0, unused = 0;
  Sequences train = read_file(path, options, {}, digest);
  if (form != nullptr) check_form(train, *form, name);
  if (form != nullptr && !form->channels.empty() && !train.names.empty())
    check_names(train.names, form->channels, name);
  std::size_t positions = train.longest();
  if (form != nullptr) positions = std::max(positions, form->shape[0]);
  if (!options.test_file.empty()) {
    const std::string test_name = options.test_file.string();
    if (!is_sequence_path(options.test_file))
      throw Error(ErrorKind::usage,
                  fmt::format("'{}' is neither a .ts file nor a folder of sequences", test_name),
                  "--test-data", "a .ts file, or a folder with a folder for each class");
    Sequences test = read_file(options.test_file, options, train.answers.class_names, unused);
    if (test.channels != train.channels)
      throw Error(ErrorKind::data,
                  fmt::format("the sequences have {} channels, and those to train on {}",
                              test.channels, train.channels),
                  test_name, "sequences of the same channels");
    if (!test.names.empty() && !train.names.empty())
      check_names(test.names, train.names, test_name);
    positions = std::max(positions, test.longest());
    parts.test = pad(std::move(test), positions, options, test_name);
  }
  parts.train = pad(std::move(train), positions, options, name);
  parts.train.digest = digest;
  // A model of whole sequences has been shown to get some.
  if (form != nullptr && !form->lengths) parts.train.examples.features.lengths = nullptr;
  return parts;
}

void add_npy_lengths(const NpyArray& lengths, TablePart& part) {
  Features& features = part.examples.features;
  const auto fail = [&](const std::string& problem, const std::string& remedy) {
    throw Error(ErrorKind::data, problem, lengths.name, remedy);
  };
  if (!lengths.is_integer() || lengths.kind == 'b' || lengths.columns() != 1)
    fail("the lengths of sequences are not one whole number each",
         "numpy.array([len(one) for one in sequences])");
  if (lengths.rows() != features.rows)
    fail(fmt::format("{} lengths for {} examples", lengths.rows(), features.rows),
         "one for each example");
  if (part.shape.size() > 2)
    fail(fmt::format("examples of {} are no sequences, so they have no lengths",
                     fmt::join(part.shape, "x")),
         "examples of positions x channels, or an archive without the array of lengths");
  const std::size_t most = part.shape.front();
  auto& memory = const_cast<TableMemory&>(*part.memory);  // not shared yet
  memory.lengths.reserve(features.rows);
  visit(lengths, column_offsets(lengths), [&](std::size_t row, std::size_t, auto element) {
    const auto length = static_cast<double>(element);
    if (!(length >= 1 && length <= static_cast<double>(most)))
      fail(fmt::format("example {} has the length {}", row + 1, length),
           fmt::format("from 1 to the {} positions that the array has", most));
    memory.lengths.push_back(static_cast<std::int32_t>(length));
  });
  features.lengths = memory.lengths.data();
}

}  // namespace lithe::data

namespace lithe {

std::vector<std::string> sequence_channels(const std::filesystem::path& path,
                                           const TableOptions& options) {
  if (!data::format_of_folder(path)) return {};
  for (const data::ClassFile& file : data::class_files(path)) {
    if (file.path.extension() == ".npy") continue;
    data::Sequences one;
    const data::TextFile text(file.path, options.most_bytes);
    data::add_csv_sequence(text.text(), file.path.string(), options.csv, one);
    return one.names;
  }
  return {};
}

}  // namespace lithe
