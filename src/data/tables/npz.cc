#include "data/tables/npz.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "data/files/zip.h"
#include "data/tables/npy.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

using Bytes = std::span<const std::uint8_t>;

class Npz {
 public:
  Npz(Bytes file, const std::string& name, const TableOptions& options)
      : file_(file), name_(name), options_(options), entries_(list_zip(file, name)) {}

  bool has(const std::string& array) const { return find(array) != entries_.end(); }

  // An array with the memory that it points into; nothing where there is none by that name.
  struct Loaded {
    std::vector<std::uint8_t> bytes;
    NpyArray array;
  };
  std::unique_ptr<Loaded> load(const std::string& array) const {
    const auto entry = find(array);
    if (entry == entries_.end()) return nullptr;
    auto loaded = std::make_unique<Loaded>();
    // A header comes on top of what the elements may take.
    constexpr std::uint64_t kHeader = std::uint64_t{1} << 20;
    const std::string where = fmt::format("{}, {}", name_, entry->name);
    loaded->bytes = unpack_entry(file_, *entry, options_.most_bytes + kHeader, where);
    loaded->array = parse_npy(loaded->bytes, where);
    return loaded;
  }

  [[noreturn]] void fail_without_features() const {
    std::vector<std::string> names;
    for (const ZipEntry& entry : entries_)
      if (names.size() < 10) names.push_back(entry.name);
    throw Error(ErrorKind::data,
                fmt::format("it has no array \"{0}_train\" or \"{0}\", but {1}",
                            options_.features_name, fmt::join(names, ", ")),
                name_, "say what its arrays are called");
  }

 private:
  std::vector<ZipEntry>::const_iterator find(const std::string& array) const {
    return std::ranges::find(entries_, array + ".npy", &ZipEntry::name);
  }

  Bytes file_;
  const std::string& name_;
  const TableOptions& options_;
  std::vector<ZipEntry> entries_;
};

const NpyArray* array_of(const std::unique_ptr<Npz::Loaded>& loaded) {
  return loaded == nullptr ? nullptr : &loaded->array;
}

}  // namespace

std::pair<TablePart, TablePart> parse_npz(Bytes file, const std::string& name,
                                          const TableOptions& options) {
  const Npz npz(file, name, options);
  const std::string &x = options.features_name, &y = options.answers_name;
  const bool divided = npz.has(x + "_train");
  if (!divided && !npz.has(x)) npz.fail_without_features();
  const bool has_test = divided && npz.has(x + "_test");
  TablePart train = make_npy_part(npz.load(divided ? x + "_train" : x)->array, options), test;
  if (has_test) test = make_npy_part(npz.load(x + "_test")->array, options);
  if (has_test && train.shape != test.shape)
    throw Error(ErrorKind::data,
                fmt::format("training examples are {}, test examples {}",
                            fmt::join(train.shape, "x"), fmt::join(test.shape, "x")),
                name);
  const auto train_answers = npz.load(divided ? y + "_train" : y);
  const auto test_answers = has_test ? npz.load(y + "_test") : nullptr;
  if (has_test && (train_answers == nullptr) != (test_answers == nullptr))
    throw Error(ErrorKind::data, "training or test examples have answers, but not both", name);
  add_npy_answers(array_of(train_answers), train, array_of(test_answers), test, options);
  return {std::move(train), std::move(test)};
}

}  // namespace lithe::data
