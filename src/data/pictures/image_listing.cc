#include "data/pictures/image_listing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "data/examples/split.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& problem, const fs::path& where,
                         const std::string& remedy = {}) {
  throw Error(ErrorKind::data, problem, where.string(), remedy);
}

bool is_hidden(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with(".") || name == "Thumbs.db" || name == "desktop.ini";
}

// The names of the folders in a folder, in order.
std::vector<std::string> folders_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_directory() && !is_hidden(entry.path()))
      names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

// Folders that test pictures may be set apart in, the best name first.
constexpr std::array<const char*, 4> kTestParts = {"test", "val", "valid", "validation"};

bool is_part(const std::string& name) {
  return name == "train" || std::ranges::find(kTestParts, name) != kTestParts.end();
}

// Whether the folder has its classes in train/ and some other part, rather than being a class each.
// Both at once is no data set: a class that stands beside the parts would be lost, or the parts be
// learned as classes.
bool has_parts(const fs::path& folder) {
  const std::vector<std::string> names = folders_in(folder);
  const auto is_there = [&](const std::string& name) {
    return std::ranges::find(names, name) != names.end() && !folders_in(folder / name).empty();
  };
  if (!is_there("train")) return false;
  const auto other = std::ranges::find_if_not(names, is_part);
  if (other == names.end()) return true;
  const auto test = std::ranges::find_if(kTestParts, is_there);
  if (test != kTestParts.end())
    refuse(fmt::format("train and {} hold folders of classes, and '{}' stands beside them", *test,
                       *other),
           folder,
           fmt::format("move {} elsewhere, or into train if it is a class; if train and {} are "
                       "classes, move their pictures out of the folders in them",
                       *other, *test));
  return false;
}

// The part that is set apart, in a folder of parts; empty where there is none.
fs::path test_part(const fs::path& folder) {
  for (const char* name : kTestParts)
    if (fs::is_directory(folder / name)) return folder / name;
  return {};
}

void list_class(const fs::path& root, const fs::path& folder, std::int32_t label,
                std::vector<ListedImage>& images) {
  const auto first = static_cast<std::ptrdiff_t>(images.size());
  for (fs::recursive_directory_iterator at(folder), end; at != end; ++at) {
    if (is_hidden(at->path())) {
      if (at->is_directory()) at.disable_recursion_pending();
      continue;
    }
    if (!at->is_regular_file()) continue;
    images.push_back({at->path().lexically_relative(root).string(), label, at->file_size(),
                      static_cast<std::int64_t>(at->last_write_time().time_since_epoch().count())});
  }
  std::sort(images.begin() + first, images.end(),
            [](const ListedImage& a, const ListedImage& b) { return a.path < b.path; });
}

// The folders of classes in `part`, as far as they are named; none may be of another name.
void list_part(const fs::path& root, const fs::path& part, const std::vector<std::string>& names,
               std::vector<ListedImage>& images) {
  for (const std::string& folder : folders_in(part))
    if (std::find(names.begin(), names.end(), folder) == names.end())
      refuse(fmt::format("there is no class '{}'", folder), part / folder,
             fmt::format("one of {}", fmt::join(names, ", ")));
  for (std::size_t label = 0; label < names.size(); ++label)
    if (fs::is_directory(part / names[label]))
      list_class(root, part / names[label], static_cast<std::int32_t>(label), images);
}

void check_classes(const fs::path& folder, const ImageListing& listing) {
  if (listing.class_names.size() < 2)
    refuse(listing.class_names.empty()
               ? std::string("the folder has no folders, of which each would be a class")
               : fmt::format("the folder has one class, '{}', and nothing to tell it from",
                             listing.class_names[0]),
           folder, "a folder of pictures for each class");
  std::vector<bool> has(listing.class_names.size());
  for (const ListedImage& image : listing.images) has[static_cast<std::size_t>(image.label)] = true;
  std::vector<std::string> empty;
  for (std::size_t c = 0; c < has.size(); ++c)
    if (!has[c]) empty.push_back(listing.class_names[c]);
  if (!empty.empty())
    refuse(fmt::format("no picture of class {}", fmt::join(empty, ", ")), folder,
           "put some into its folder, or take the folder away");
}

// Puts a share of each class behind the others.
void set_test_apart(ImageListing& listing, const ImageOptions& options) {
  if (options.test_share >= 1) listing.train = 0;
  if (options.test_share <= 0 || options.test_share >= 1 || listing.images.size() < 2) return;
  std::vector<std::int32_t> labels;
  for (const ListedImage& image : listing.images) labels.push_back(image.label);
  Examples examples;
  examples.features.rows = labels.size();
  examples.labels = labels.data();
  examples.classes = listing.class_names.size();
  const Split split = split_rows(examples, options.test_share, options.seed);
  std::vector<ListedImage> ordered;
  for (const auto& rows : {split.train, split.validation})
    for (const std::uint32_t row : rows) ordered.push_back(std::move(listing.images[row]));
  listing.images = std::move(ordered);
  listing.train = split.train.size();
}

ImageListing list(const fs::path& folder, const ImageOptions& options) {
  ImageListing listing;
  const bool parts = has_parts(folder);
  const fs::path train = parts ? folder / "train" : folder, test = parts ? test_part(folder) : "";
  listing.class_names = folders_in(train);
  if (listing.class_names.empty() && !options.for_training) {
    listing.class_names = {folder.filename().string()};
    list_class(folder, folder, 0, listing.images);
  } else {
    list_part(folder, train, listing.class_names, listing.images);
  }
  listing.train = listing.images.size();
  if (!test.empty())
    list_part(folder, test, listing.class_names, listing.images);
  else
    set_test_apart(listing, options);
  return listing;
}

}  // namespace

bool sets_test_apart(const fs::path& folder) {
  return has_parts(folder) && !test_part(folder).empty();
}

ImageListing list_images(const fs::path& folder, const ImageOptions& options) {
  try {
    ImageListing listing = list(folder, options);
    if (options.for_training) check_classes(folder, listing);
    if (listing.images.empty()) refuse("there is no picture in it", folder);
    return listing;
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorKind::io, fmt::format("cannot read '{}': {}", error.path1().string(),
                                           error.code().message()));
  }
}

}  // namespace lithe::data
