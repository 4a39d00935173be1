#include "data/tables/npz.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "data/files/zip.h"
#include "data/tables/npy_answers.h"
#include "data/tables/npy_images.h"
#include "data/tables/npz_names.h"
#include "data/tables/sequences.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

using Bytes = std::span<const std::uint8_t>;

class Npz {
 public:
  Npz(Bytes file, const std::string& name, const TableOptions& options)
      : file_(file), name_(name), options_(options), entries_(list_zip(file, name)) {}

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const ZipEntry& entry : entries_)
      if (entry.name.ends_with(".npy"))
        names.push_back(entry.name.substr(0, entry.name.size() - 4));
    return names;
  }

  // An array with the memory that it points into; nothing where the name is empty.
  struct Loaded {
    std::vector<std::uint8_t> bytes;
    NpyArray array;
  };
  std::unique_ptr<Loaded> load(const std::string& array) const {
    if (array.empty()) return nullptr;
    const ZipEntry& entry = find(array);
    auto loaded = std::make_unique<Loaded>();
    // A header comes on top of what the elements may take.
    constexpr std::uint64_t kHeader = std::uint64_t{1} << 20;
    loaded->bytes = unpack_entry(file_, entry, options_.most_bytes + kHeader, where(entry));
    loaded->array = parse_npy(loaded->bytes, where(entry));
    return loaded;
  }
  // What the header of an array says. That of version 1 of the format has 64 KiB at most.
  NpyArray header(const std::string& array) const {
    constexpr std::size_t kVersion1 = 10 + 0xFFFF;
    const ZipEntry& entry = find(array);
    std::vector<std::uint8_t> start = unpack_start(file_, entry, kVersion1, where(entry));
    if (start.size() > 6 && start[6] > 1)
      start = unpack_start(file_, entry, kLongestNpyHeader, where(entry));
    return parse_npy_header(start, where(entry));
  }

 private:
  const ZipEntry& find(const std::string& array) const {
    return *std::ranges::find(entries_, array + ".npy", &ZipEntry::name);
  }
  std::string where(const ZipEntry& entry) const {
    return fmt::format("{}, {}", name_, entry.name);
  }

  Bytes file_;
  const std::string& name_;
  const TableOptions& options_;
  std::vector<ZipEntry> entries_;
};

const NpyArray* array_of(const std::unique_ptr<Npz::Loaded>& loaded) {
  return loaded == nullptr ? nullptr : &loaded->array;
}

// Compares the numbers of rows by the headers alone, before anything is unpacked.
void check_rows(const Npz& npz, const std::string& examples, const std::string& answers) {
  if (examples.empty() || answers.empty()) return;
  const NpyArray x = npz.header(examples), y = npz.header(answers);
  if (x.shape.empty() || y.shape.empty()) return;  // told where they are read
  const bool one_value =
      std::all_of(x.shape.begin() + 1, x.shape.end(), [](std::size_t size) { return size == 1; });
  check_answer_rows(y, x.rows(), one_value);
}

// "x_train (48 x 8 x 8), y_train; to test on: x_test (12 x 8 x 8), y_test"
std::string arrays_text(const NpzNames& chosen, const TablePart& train, const TablePart& test) {
  const auto part_text = [](const std::string& examples, const std::string& answers,
                            const TablePart& part) {
    return fmt::format("{} ({} x {}){}{}", examples, part.examples.features.rows,
                       fmt::join(part.shape, " x "), answers.empty() ? "" : ", ", answers);
  };
  std::string text = part_text(chosen.examples, chosen.answers, train);
  if (!chosen.test_examples.empty())
    text += "; to test on: " + part_text(chosen.test_examples, chosen.test_answers, test);
  return text;
}

void note_names(const NpzNames& chosen, TablePart& part) {
  if (chosen.by_order)
    part.notes.push_back({true,
                          fmt::format("the examples are {}, the answers {}", chosen.examples,
                                      chosen.answers.empty() ? "none" : chosen.answers),
                          "--inputs NAME, --answers NAME"});
  if (!chosen.unused.empty())
    part.notes.push_back({false,
                          fmt::format("arrays that are not used: {:.200}",
                                      fmt::to_string(fmt::join(chosen.unused, ", "))),
                          "--inputs NAME and --answers NAME choose others"});
}

// Where examples are sequences with ends of their own.
void add_lengths(const Npz& npz, const NpzNames& chosen, TablePart& train, TablePart& test,
                 const std::string& name) {
  if (chosen.lengths.empty()) return;
  add_npy_lengths(npz.load(chosen.lengths)->array, train);
  if (chosen.test_examples.empty()) return;
  if (chosen.test_lengths.empty())
    throw Error(ErrorKind::data,
                fmt::format("{} says how long training examples are, and no array says it of the "
                            "test examples",
                            chosen.lengths),
                name, "lengths_train and lengths_test");
  add_npy_lengths(npz.load(chosen.test_lengths)->array, test);
}

// Of a model that looks at the lengths of sequences.
void note_whole(TablePart& part) {
  part.notes.push_back({true, "no array says where the sequences end, so all are taken as whole",
                        "an array `lengths` with the positions of each"});
}

// Test examples in the form of those to train on.
TablePart make_test_part(const NpyArray& array, const TablePart& train, const TableOptions& options,
                         const ArrayForm* form) {
  check_first_axis(array, train.shape);
  TablePart test = make_npy_part(array, options, form);
  test.notes.clear();  // those to train on have the same
  return test;
}

}  // namespace

std::pair<TablePart, TablePart> parse_npz(Bytes file, const std::string& name,
                                          const TableOptions& options, const ArrayForm* form) {
  const Npz npz(file, name, options);
  const NpzNames chosen = choose_arrays(npz.names(), options, name);
  const bool has_test = !chosen.test_examples.empty();
  if (options.target_use != TargetUse::ignore) {
    check_rows(npz, chosen.examples, chosen.answers);
    check_rows(npz, chosen.test_examples, chosen.test_answers);
  }
  TablePart train = make_npy_part(npz.load(chosen.examples)->array, options, form), test;
  if (has_test) test = make_test_part(npz.load(chosen.test_examples)->array, train, options, form);
  add_lengths(npz, chosen, train, test, name);
  if (form != nullptr && form->lengths && chosen.lengths.empty()) note_whole(train);
  note_names(chosen, train);
  if (form == nullptr && !chosen.by_order)
    train.notes.push_back({false, "the arrays are " + arrays_text(chosen, train, test), {}});
  if (has_test && train.shape != test.shape)
    throw Error(ErrorKind::data,
                fmt::format("training examples are {}, test examples {}",
                            fmt::join(train.shape, "x"), fmt::join(test.shape, "x")),
                name, "examples of one shape, or --inputs with one that has no test part");
  if (has_test && chosen.answers.empty() != chosen.test_answers.empty())
    throw Error(ErrorKind::data, "training or test examples have answers, but not both", name,
                "answers for both, named alike: y_train and y_test");
  const auto train_answers = npz.load(chosen.answers);
  const auto test_answers = npz.load(chosen.test_answers);
  add_npy_answers(array_of(train_answers), train, array_of(test_answers), test, options, form);
  return {std::move(train), std::move(test)};
}

}  // namespace lithe::data
