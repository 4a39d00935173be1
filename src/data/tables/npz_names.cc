#include "data/tables/npz_names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>

#include "lithe/error.h"

namespace lithe::data {

namespace {

using Words = std::initializer_list<const char*>;

constexpr Words kExamples = {"x",      "images", "image", "data",    "features",
                             "inputs", "input",  "xs",    "samples", "examples"};
constexpr Words kAnswers = {"y",       "labels",  "label",  "target", "targets",
                            "answers", "outputs", "output", "ys",     "classes"};
constexpr Words kLengths = {"lengths", "length"};
constexpr Words kTest = {"test", "val", "valid", "validation", "dev", "eval"};

// Lower case, letters and digits alone.
std::string plain_name(const std::string& name) {
  std::string text;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z')
      text += static_cast<char>(c - 'A' + 'a');
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
      text += c;
  }
  return text;
}

class Chooser {
 public:
  Chooser(std::span<const std::string> names, const TableOptions& options, const std::string& file)
      : names_(names), options_(options), file_(file) {}

  NpzNames choose() const {
    NpzNames chosen;
    chosen.examples = find_part(options_.features_name, kExamples, "--inputs");
    if (chosen.examples.empty()) {
      chosen = choose_by_order();
    } else {
      chosen.answers = find_answers(chosen.examples);
      choose_test(chosen);
    }
    choose_lengths(chosen);
    const std::string* const used[] = {&chosen.examples,     &chosen.answers, &chosen.test_examples,
                                       &chosen.test_answers, &chosen.lengths, &chosen.test_lengths};
    for (const std::string& name : names_)
      if (std::ranges::none_of(used, [&](const std::string* one) { return *one == name; }))
        chosen.unused.push_back(name);
    return chosen;
  }

 private:
  std::string find(const std::string& name) const {
    const auto exact = std::ranges::find(names_, name);
    if (exact != names_.end()) return *exact;
    const auto near = std::ranges::find(names_, plain_name(name), plain_name);
    return near == names_.end() || plain_name(name).empty() ? "" : *near;
  }

  std::string train_of(const std::string& stem) const {
    const std::string behind = find(stem + "train");
    return behind.empty() ? find("train" + stem) : behind;
  }

  template <typename Find>
  static std::string first_of(Words stems, const Find& find_one) {
    for (const char* stem : stems)
      if (const std::string found = find_one(stem); !found.empty()) return found;
    return "";
  }

  // The array of this name, or else of one of the usual names: divided, or whole.
  std::string find_part(const std::string& name, Words usual, const char* option) const {
    if (name.empty()) {
      const std::string divided =
          first_of(usual, [&](const std::string& stem) { return train_of(stem); });
      if (!divided.empty()) return divided;
      return first_of(usual, [&](const std::string& stem) { return find(stem); });
    }
    if (const std::string found = find(name); !found.empty()) return found;
    if (const std::string found = train_of(plain_name(name)); !found.empty()) return found;
    refuse(name, option);
  }

  // Those of "x_train" are "y_train", and those of "x" are "y", unless they are named.
  std::string find_answers(const std::string& examples) const {
    const bool divided = plain_name(examples).find("train") != std::string::npos;
    if (!options_.answers_name.empty()) return find_part(options_.answers_name, {}, "--answers");
    return first_of(kAnswers,
                    [&](const std::string& stem) { return divided ? train_of(stem) : find(stem); });
  }

  // "x_test" of "x_train", with this word for "test".
  std::string test_of(const std::string& train, const std::string& word) const {
    std::string name = plain_name(train);
    const std::size_t at = name.find("train");
    if (at == std::string::npos) return "";
    return find(name.replace(at, 5, word));
  }

  void choose_test(NpzNames& chosen) const {
    for (const char* word : kTest) {
      chosen.test_examples = test_of(chosen.examples, word);
      if (chosen.test_examples.empty()) continue;
      if (!chosen.answers.empty()) chosen.test_answers = test_of(chosen.answers, word);
      return;
    }
  }

  // "lengths_train" and "lengths_test" of "x_train" and "x_test"; "lengths" of "x".
  void choose_lengths(NpzNames& chosen) const {
    const bool divided = plain_name(chosen.examples).find("train") != std::string::npos;
    chosen.lengths = first_of(
        kLengths, [&](const std::string& stem) { return divided ? train_of(stem) : find(stem); });
    if (chosen.test_examples.empty() || chosen.lengths.empty()) return;
    for (const char* word : kTest) {
      chosen.test_lengths = test_of(chosen.lengths, word);
      if (!chosen.test_lengths.empty()) return;
    }
  }

  // A single array, or those that numpy.savez numbers.
  NpzNames choose_by_order() const {
    NpzNames chosen;
    const std::string first = find("arr_0"), second = find("arr_1");
    if (names_.size() == 1) {
      chosen.examples = names_.front();
    } else if (!first.empty()) {
      chosen.examples = first;
      chosen.answers = options_.answers_name.empty()
                           ? second
                           : find_part(options_.answers_name, {}, "--answers");
      chosen.by_order = true;
    } else if (!options_.answers_name.empty() && names_.size() == 2 &&
               !find(options_.answers_name).empty()) {
      chosen.answers = find(options_.answers_name);
      chosen.examples = names_[names_[0] == chosen.answers ? 1 : 0];
    } else {
      throw Error(
          ErrorKind::data,
          fmt::format("no array has a usual name of examples, such as x or data; its arrays "
                      "are {:.300}",
                      fmt::to_string(fmt::join(names_, ", "))),
          file_, "--inputs NAME, and --answers NAME");
    }
    return chosen;
  }

  [[noreturn]] void refuse(const std::string& name, const char* option) const {
    throw Error(ErrorKind::data,
                fmt::format("it has no array '{}'; its arrays are {:.300}", name,
                            fmt::to_string(fmt::join(names_, ", "))),
                file_, fmt::format("{} NAME", option));
  }

  const std::span<const std::string> names_;
  const TableOptions& options_;
  const std::string& file_;
};

}  // namespace

NpzNames choose_arrays(std::span<const std::string> names, const TableOptions& options,
                       const std::string& file) {
  return Chooser(names, options, file).choose();
}

}  // namespace lithe::data
