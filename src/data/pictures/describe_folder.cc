// What was understood of a folder of pictures, for people and for programs.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lithe/images.h"

namespace lithe {

namespace {

constexpr std::size_t kMostClasses = 10, kMostSkipped = 5;  // that are listed

std::size_t channels_of(const Dataset& data) {
  return data.shape.size() > 2 ? data.shape[2] : std::size_t{1};
}

std::string pictures(std::size_t count) {
  return fmt::format("{} picture{}", count, count == 1 ? "" : "s");
}

// Pictures of each class, in both parts.
std::vector<std::size_t> class_counts(const Dataset& data) {
  std::vector<std::size_t> counts(data.class_names.size());
  for (const Examples* part : {&data.train, &data.test})
    for (std::size_t row = 0; row < part->features.rows; ++row)
      ++counts[static_cast<std::size_t>(part->labels[row])];
  return counts;
}

std::string classes_text(const Dataset& data) {
  const std::vector<std::size_t> counts = class_counts(data);
  std::string text =
      fmt::format("classification, {} class{}: ", counts.size(), counts.size() == 1 ? "" : "es");
  for (std::size_t c = 0; c < std::min(counts.size(), kMostClasses); ++c)
    text += fmt::format("{}{} {}", c == 0 ? "" : ", ", data.class_names[c], counts[c]);
  return text + (counts.size() > kMostClasses ? ", ..." : "");
}

std::string part_text(const ImageFolder& folder) {
  const std::size_t train = folder.data.train.features.rows, test = folder.data.test.features.rows;
  const auto from = [](const std::string& name) {
    return name.empty() ? name : fmt::format(" (from {})", name);
  };
  std::string text = fmt::format("{} to train on{}, ", pictures(train), from(folder.train_from));
  if (test == 0) return text + "none to test on";
  return text + fmt::format("{} to test on{}", test,
                            folder.test_from.empty() && train > 0
                                ? ", drawn at random from each class"
                                : from(folder.test_from));
}

// Those of the listing, and what could not be read.
std::vector<PictureNote> all_notes(const ImageFolder& folder) {
  std::vector<PictureNote> notes = folder.notes;
  if (folder.skipped.empty()) return notes;
  const auto shown = static_cast<std::ptrdiff_t>(std::min(folder.skipped.size(), kMostSkipped));
  notes.push_back(
      {false,
       fmt::format("{} left out because {} cannot be read: {}{}",
                   pictures(folder.skipped.size()) + (folder.skipped.size() == 1 ? " is" : " are"),
                   folder.skipped.size() == 1 ? "it" : "they",
                   fmt::join(folder.skipped.begin(), folder.skipped.begin() + shown, ", "),
                   folder.skipped.size() > kMostSkipped ? ", ..." : ""),
       {}});
  return notes;
}

}  // namespace

std::vector<std::string> describe(const ImageFolder& folder) {
  const Dataset& data = folder.data;
  std::vector<std::string> lines = {
      fmt::format("{}: {} of {} x {} in {}", data.name,
                  pictures(data.train.features.rows + data.test.features.rows), data.shape[0],
                  data.shape[1], channels_of(data) == 1 ? "grey" : "colours"),
      classes_text(data), part_text(folder)};
  for (const PictureNote& note : all_notes(folder))
    lines.push_back(fmt::format("{}: {}{}", note.warning ? "Warning" : "Note", note.text,
                                note.remedy.empty() ? "" : fmt::format(" ({})", note.remedy)));
  return lines;
}

std::string describe_json(const ImageFolder& folder) {
  using nlohmann::json;
  json notes = json::array(), classes = json::object();
  for (const PictureNote& note : all_notes(folder))
    notes.push_back({{"warning", note.warning}, {"text", note.text}, {"remedy", note.remedy}});
  const std::vector<std::size_t> counts = class_counts(folder.data);
  for (std::size_t c = 0; c < counts.size(); ++c) classes[folder.data.class_names[c]] = counts[c];
  return json{{"folder", folder.data.name},
              {"task", "classification"},
              {"classes", classes},
              {"height", folder.data.shape[0]},
              {"width", folder.data.shape[1]},
              {"channels", channels_of(folder.data)},
              {"resize", name(folder.data.resize)},
              {"train_pictures", folder.data.train.features.rows},
              {"test_pictures", folder.data.test.features.rows},
              {"train_from", folder.train_from},
              {"test_from", folder.test_from},
              {"skipped", folder.skipped},
              {"notes", notes}}
      .dump(2, ' ', false, json::error_handler_t::replace);
}

}  // namespace lithe
