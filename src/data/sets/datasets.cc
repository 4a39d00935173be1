// Data sets by name: the published ones from the data folder, generated ones, and anybody's folder.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <ranges>
#include <string_view>
#include <vector>

#include "data/files/data_folder.h"
#include "data/pictures/cifar.h"
#include "data/pictures/idx_folder.h"
#include "data/published/catalog.h"
#include "data/synthetic/changed_sets.h"
#include "data/synthetic/digits.h"
#include "data/synthetic/letters.h"
#include "data/synthetic/noise_sets.h"
#include "data/synthetic/shapes.h"
#include "lithe/data.h"
#include "lithe/error.h"
#include "lithe/images.h"

namespace lithe {

namespace {

bool is_path(const std::string& name) {
  std::error_code unreadable;
  return name.find('/') != name.npos || std::filesystem::is_directory(name, unreadable);
}

struct BuiltIn {
  const char* name;
  Dataset (*make)();
};

constexpr BuiltIn kBuiltIn[] = {
    {"digits", [] { return data::generate_digits(0, 60'000, 10'000); }},
    {"letters", [] { return data::generate_letters(0, 7'000, 2'100); }},
    {"shapes", [] { return data::generate_shapes(0, 12'000, 3'000); }},
    {"shapes-unknown", [] { return data::generate_unknown_shapes(0, 1'200, 6'000); }},
    {"uniform-noise", [] { return data::generate_uniform_noise(0, 2'000, 2'000); }},
    {"gaussian-noise", [] { return data::generate_gaussian_noise(0, 2'000, 2'000); }}};

const BuiltIn* find_built_in(const std::string& name) {
  const auto* const found = std::find_if(std::begin(kBuiltIn), std::end(kBuiltIn),
                                         [&](const BuiltIn& set) { return name == set.name; });
  return found == std::end(kBuiltIn) ? nullptr : found;
}

// Sets made of others: "inverted:mnist".
struct Change {
  std::string_view prefix;
  Dataset (*make)(const Dataset&);
};

constexpr Change kChanges[] = {
    {"inverted:", data::invert},
    {"permuted:", [](const Dataset& set) { return data::permute_pixels(set, 0); }},
    {"mirrored:", [](const Dataset& set) { return data::mirror(set, data::Mirror::across); }},
    {"flipped:", [](const Dataset& set) { return data::mirror(set, data::Mirror::upside_down); }},
    {"corrupted:", [](const Dataset& set) { return corrupt_images(set, 0); }}};

// Before a data set's name: no folder is looked for.
constexpr std::string_view kOurs = "lithe:";

// Nothing where no data set has that name.
std::optional<Dataset> load_ours(const std::string& name, const std::filesystem::path& folder) {
  if (const BuiltIn* set = find_built_in(name)) return set->make();
  const auto* published = data::find_published(name);
  if (published == nullptr) return std::nullopt;
  data::require_data_folder(folder);
  return data::load_idx_folder(
      published->name, folder / published->name, published->class_names,
      fmt::format("lithe data fetch {}, or set LITHE_DATA or --data-dir to the folder that "
                  "holds {}/",
                  published->name, published->name));
}

}  // namespace

std::vector<std::string> dataset_names() {
  std::vector<std::string> names;
  for (const auto& published : data::published_datasets()) names.push_back(published.name);
  for (const BuiltIn& set : kBuiltIn) names.emplace_back(set.name);
  return names;
}

bool is_built_in(const std::string& name) { return find_built_in(name) != nullptr; }

bool is_own_folder(const std::string& name, const std::filesystem::path& folder) {
  if (find_built_in(name) == nullptr && data::find_published(name) == nullptr) return false;
  std::error_code missing;
  if (!std::filesystem::is_directory(name, missing) ||
      (!folder.empty() && std::filesystem::equivalent(name, folder / name, missing)))
    return false;
  return data::is_cifar_folder(name) || data::is_idx_folder(name) || is_image_folder(name);
}

namespace {

// A change, and another one of the result, and so on.
constexpr std::size_t kMostChanges = 16;

const Change* change_of(std::string_view name) {
  const auto* const found = std::ranges::find_if(
      kChanges, [&](const Change& change) { return name.starts_with(change.prefix); });
  return found == std::end(kChanges) ? nullptr : found;
}

Dataset load_unchanged(const std::string& name, const std::filesystem::path& folder) {
  if (name.starts_with(kOurs)) {
    if (auto set = load_ours(name.substr(kOurs.size()), folder)) return std::move(*set);
    data::fail_unknown_dataset(name.substr(kOurs.size()));
  }
  if (is_own_folder(name, folder))
    return load_unchanged(std::filesystem::canonical(name).string(), folder);
  if (auto set = load_ours(name, folder)) return std::move(*set);
  if (data::is_cifar_folder(name)) return data::load_cifar_folder(name);
  if (is_image_folder(name)) return load_image_folder(name, {}, folder).data;
  std::error_code unknown;
  if (std::filesystem::is_directory(name, unknown) && std::filesystem::is_empty(name, unknown))
    throw Error(ErrorKind::data, "the folder is empty", name,
                "a folder of pictures for each class");
  if (is_path(name))
    return data::load_idx_folder(
        name, name, {},
        "a folder that holds train-images-idx3-ubyte, train-labels-idx1-ubyte, "
        "t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, plain or .gz; the binary files of "
        "CIFAR; or a folder of pictures for each class");
  data::fail_unknown_dataset(name);
}

}  // namespace

Dataset load_dataset(const std::string& name, const std::filesystem::path& folder) {
  std::string_view unchanged = name;
  std::vector<const Change*> changes;
  for (const Change* change = change_of(name); change != nullptr; change = change_of(unchanged)) {
    changes.push_back(change);
    unchanged.remove_prefix(change->prefix.size());
    if (changes.size() > kMostChanges)
      throw Error(ErrorKind::usage,
                  fmt::format("more than {} changes of one data set", kMostChanges), "--data",
                  "changes in another order, or fewer of them");
  }
  Dataset set = load_unchanged(std::string(unchanged), folder);
  for (const Change* change : std::views::reverse(changes)) set = change->make(set);
  return set;
}

}  // namespace lithe
