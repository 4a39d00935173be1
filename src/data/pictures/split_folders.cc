#include "data/pictures/split_folders.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "data/pictures/folder_walk.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

namespace fs = std::filesystem;

constexpr std::array kTrain = {"train", "training", "trn", "learn"};
constexpr std::array kValidation = {"val", "valid", "validation", "validate", "dev", "development"};
constexpr std::array kTest = {"test", "testing", "tst", "eval", "evaluation", "holdout"};
// "test_set" is "test".
constexpr std::array kEndings = {"set", "data", "images", "pictures", "split"};

std::string plain_name(std::string_view folder) {
  std::string name;
  for (const char c : folder)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const char* ending : kEndings)
    if (name.ends_with(ending)) {
      name.resize(name.size() - std::string_view(ending).size());
      break;
    }
  return name;
}

// The folders of a folder, by what their names say.
struct Named {
  std::vector<std::string> train, validation, test, others;
  std::vector<std::string>& of(SplitPart part) {
    switch (part) {
      case SplitPart::train:
        return train;
      case SplitPart::validation:
        return validation;
      case SplitPart::test:
        return test;
      case SplitPart::none:
        break;
    }
    return others;
  }
};

Named folders_by_name(const fs::path& folder) {
  Named named;
  for (const std::string& name : folders_in(folder)) named.of(split_part(name)).push_back(name);
  return named;
}

bool holds_classes(const fs::path& folder) { return !folders_in(folder).empty(); }

// The one folder of a part.
std::string only(const fs::path& folder, const std::vector<std::string>& names) {
  if (names.size() > 1)
    throw Error(ErrorKind::data,
                fmt::format("'{}' mean the same part of a split", fmt::join(names, "' and '")),
                folder.string(), "leave one of them, with the pictures of both");
  return names.empty() ? std::string() : names[0];
}

// A folder to hold out, which needs folders of classes as the train folder does.
std::string part_with_classes(const fs::path& folder, std::string name,
                              std::vector<PictureNote>& notes) {
  if (name.empty() || holds_classes(folder / name)) return name;
  const std::size_t pictures = find_files(folder, folder / name).files.size();
  if (pictures > 0)
    notes.push_back(
        {false,
         fmt::format("{} holds {} picture{} without folders of classes, and is left out", name,
                     pictures, pictures == 1 ? "" : "s"),
         fmt::format("`lithe predict MODEL {}` answers for them", (folder / name).string())});
  return {};
}

// Folders beside the parts: without a picture they are left out, and otherwise they could be
// classes that the parts would hide.
void check_others(const fs::path& folder, const SplitFolders& split,
                  const std::vector<std::string>& others, std::vector<PictureNote>& notes) {
  for (const std::string& other : others) {
    if (!has_picture(folder / other)) {
      notes.push_back({false, fmt::format("{} holds no pictures, and is left out", other), {}});
      continue;
    }
    throw Error(
        ErrorKind::data,
        fmt::format("{} and {} hold folders of classes, and '{}' stands beside them", split.train,
                    split.held_out(), other),
        folder.string(),
        fmt::format("move {0} elsewhere, or into {1} if it is a class; if {1} and {2} are classes, "
                    "move their pictures out of the folders in them",
                    other, split.train, split.held_out()));
  }
}

// Classes that are called as parts are may be a mistake.
void note_classes(const Named& named, std::vector<PictureNote>& notes) {
  if (named.train.empty() || !named.others.empty()) return;
  if (named.validation.empty() && named.test.empty()) return;
  notes.push_back({true,
                   fmt::format("{} holds no folders, so the folders named as the parts of a split "
                               "are taken for classes",
                               named.train[0]),
                   "if they are the parts, put a folder for each class into them"});
}

}  // namespace

SplitPart split_part(std::string_view folder) {
  const std::string name = plain_name(folder);
  const auto is_in = [&](const auto& names) {
    return std::ranges::find(names, name) != names.end();
  };
  if (is_in(kTrain)) return SplitPart::train;
  if (is_in(kValidation)) return SplitPart::validation;
  return is_in(kTest) ? SplitPart::test : SplitPart::none;
}

SplitFolders find_split(const fs::path& folder, std::vector<PictureNote>& notes) {
  const Named named = folders_by_name(folder);
  const auto has_classes = [&](const std::string& name) { return holds_classes(folder / name); };
  if (std::ranges::none_of(named.train, has_classes)) {
    note_classes(named, notes);
    return {};
  }
  // Beside others, `train` alone is a class; only test pictures in classes say that it is a part.
  const bool tests = std::ranges::any_of(named.test, has_classes) ||
                     std::ranges::any_of(named.validation, has_classes);
  if (!tests && std::ranges::any_of(named.others, [&](const std::string& other) {
        return has_picture(folder / other);
      }))
    return {};
  SplitFolders split{only(folder, named.train), only(folder, named.validation),
                     only(folder, named.test)};
  split.validation = part_with_classes(folder, split.validation, notes);
  split.test = part_with_classes(folder, split.test, notes);
  check_others(folder, split, named.others, notes);
  return split;
}

bool is_hidden(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with(".") || name == "Thumbs.db" || name == "desktop.ini" ||
         name == "__MACOSX" || name == "@eaDir";
}

std::vector<std::string> folders_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::error_code nowhere;
    if (entry.is_directory(nowhere) && !is_hidden(entry.path()))
      names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace lithe::data
