#include "data/pictures/image_listing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "data/examples/split.h"
#include "data/pictures/split_folders.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamed = 5;  // files, in a note

[[noreturn]] void refuse(const std::string& problem, const fs::path& where,
                         const std::string& remedy = {}) {
  throw Error(ErrorKind::data, problem, where.string(), remedy);
}

std::string plural(std::size_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

// The first few.
std::string names(const std::vector<std::string>& all) {
  const auto shown = static_cast<std::ptrdiff_t>(std::min(all.size(), kNamed));
  return fmt::format("{}{}", fmt::join(all.begin(), all.begin() + shown, ", "),
                     all.size() > kNamed ? ", ..." : "");
}

// Lists what is in the folders of classes, a part of the data set after the other.
class Listing {
 public:
  Listing(const fs::path& root, ImageListing& to) : root_(root), to_(to) {}

  void add_class(const fs::path& folder, std::size_t label) {
    FoundFiles found = find_files(root_, folder);
    for (FoundFile& file : found.files)
      to_.images.push_back({std::move(file), static_cast<std::int32_t>(label)});
    left_out_.insert(left_out_.end(), found.left_out.begin(), found.left_out.end());
  }

  // The folders of classes in `part`, as far as they are named; none may be of another name.
  void add_part(const fs::path& part) {
    for (const std::string& folder : folders_in(part))
      if (std::ranges::find(to_.class_names, folder) == to_.class_names.end())
        refuse(fmt::format("there is no class '{}'", folder), part / folder,
               fmt::format("one of {}", fmt::join(to_.class_names, ", ")));
    for (std::size_t label = 0; label < to_.class_names.size(); ++label) {
      std::error_code missing;
      if (fs::is_directory(part / to_.class_names[label], missing))
        add_class(part / to_.class_names[label], label);
    }
    note_beside(part);
  }

  void finish() {
    if (!left_out_.empty())
      to_.notes.push_back(
          {false,
           fmt::format(
               "{} left out: {}",
               left_out_.size() == 1 ? "1 file is" : fmt::format("{} files are", left_out_.size()),
               names(left_out_)),
           {}});
  }

 private:
  // Pictures that stand beside the folders of the classes.
  void note_beside(const fs::path& part) {
    std::vector<std::string> beside;
    for (const auto& entry : fs::directory_iterator(part)) {
      std::error_code nowhere;
      if (!entry.is_directory(nowhere) && is_named_as_picture(entry.path()) &&
          !is_hidden(entry.path()))
        beside.push_back(entry.path().lexically_relative(root_).string());
    }
    if (beside.empty()) return;
    std::ranges::sort(beside);
    to_.notes.push_back({true,
                         fmt::format("{} {} in no folder of a class, and left out: {}",
                                     plural(beside.size(), "picture"),
                                     beside.size() == 1 ? "is" : "are", names(beside)),
                         "move them into the folder of their class"});
  }

  const fs::path& root_;
  ImageListing& to_;
  std::vector<std::string> left_out_;
};

// For a folder with one class: its folders may be what was meant.
std::string remedy_for_one(const fs::path& folder, const ImageListing& listing) {
  if (listing.class_names.empty() || !listing.train_from.empty())
    return "a folder of pictures for each class";
  const fs::path inner = folder / listing.class_names[0];
  return folders_in(inner).empty()
             ? std::string("a folder of pictures for each class")
             : fmt::format("a folder of pictures for each class; `--data {}` if they are in there",
                           inner.string());
}

void check_classes(const fs::path& folder, const ImageListing& listing) {
  if (listing.class_names.size() < 2)
    refuse(listing.class_names.empty()
               ? std::string("the folder has no folders, of which each would be a class")
               : fmt::format("the folder has one class, '{}', and nothing to tell it from",
                             listing.class_names[0]),
           folder, remedy_for_one(folder, listing));
  std::vector<bool> has(listing.class_names.size());
  for (const ListedImage& image : listing.images) has[static_cast<std::size_t>(image.label)] = true;
  std::vector<std::string> empty;
  for (std::size_t c = 0; c < has.size(); ++c)
    if (!has[c]) empty.push_back(listing.class_names[c]);
  if (!empty.empty())
    refuse(fmt::format("no picture of class {}", fmt::join(empty, ", ")), folder,
           "put some into its folder, or take the folder away");
}

// A class whose pictures would all be held out keeps them to train on.
void keep_one_of_each(const ImageListing& listing, Split& split) {
  std::vector<bool> has(listing.class_names.size());
  const auto label = [&](std::uint32_t row) {
    return static_cast<std::size_t>(listing.images[row].label);
  };
  for (const std::uint32_t row : split.train) has[label(row)] = true;
  std::vector<std::uint32_t> held_out;
  for (const std::uint32_t row : split.validation) {
    (has[label(row)] ? held_out : split.train).push_back(row);
    has[label(row)] = true;
  }
  split.validation = std::move(held_out);
  std::ranges::sort(split.train);
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
  Split split = split_rows(examples, options.test_share, options.seed);
  keep_one_of_each(listing, split);
  std::vector<ListedImage> ordered;
  for (const auto& rows : {split.train, split.validation})
    for (const std::uint32_t row : rows) ordered.push_back(std::move(listing.images[row]));
  listing.images = std::move(ordered);
  listing.train = split.train.size();
}

// What becomes of pictures for validation where there are others to test on.
void place_validation(SplitFolders& split, ValidationFolder use, ImageListing& listing) {
  if (split.validation.empty() || split.test.empty()) return;
  const char* text = "is added to the pictures to train on";
  if (use == ValidationFolder::test) text = "is added to the pictures to test on";
  if (use == ValidationFolder::none) text = "is left out";
  listing.notes.push_back({false, fmt::format("the folder {} {}", split.validation, text),
                           "--val-folder train, test or none says what becomes of it"});
  if (use == ValidationFolder::none) split.validation.clear();
}

// Both parts of a split, as they are set apart by folders.
void list_split(const fs::path& folder, const SplitFolders& found, ValidationFolder use,
                Listing& list, ImageListing& listing) {
  SplitFolders split = found;
  place_validation(split, use, listing);
  const bool extra = !split.validation.empty() && !split.test.empty();
  listing.train_from = split.train, listing.test_from = split.held_out();
  (extra && use == ValidationFolder::test ? listing.test_from : listing.train_from) +=
      extra ? " and " + split.validation : "";
  list.add_part(folder / split.train);
  if (extra && use == ValidationFolder::train) list.add_part(folder / split.validation);
  std::ranges::stable_sort(listing.images, {}, &ListedImage::label);
  const auto train = static_cast<std::ptrdiff_t>(listing.train = listing.images.size());
  if (split.held_out().empty()) return;
  list.add_part(folder / split.held_out());
  if (extra && use == ValidationFolder::test) list.add_part(folder / split.validation);
  std::ranges::stable_sort(listing.images.begin() + train, listing.images.end(), {},
                           &ListedImage::label);
}

ImageListing list(const fs::path& folder, const ImageOptions& options) {
  ImageListing listing;
  Listing list(folder, listing);
  const SplitFolders split = find_split(folder, listing.notes);
  listing.class_names = folders_in(folder / split.train);
  if (!split.train.empty()) {
    list_split(folder, split, options.validation, list, listing);
  } else if (listing.class_names.empty() && !options.for_training) {
    listing.class_names = {folder.filename().string()};
    list.add_class(folder, 0);
  } else {
    list.add_part(folder);
  }
  list.finish();
  if (listing.test_from.empty()) {
    listing.train = listing.images.size();
    set_test_apart(listing, options);
  }
  return listing;
}

}  // namespace

ImageListing list_images(const fs::path& folder, const ImageOptions& options) {
  try {
    ImageListing listing = list(folder, options);
    if (options.for_training) check_classes(folder, listing);
    if (listing.images.empty())
      refuse("there is no picture in it", folder, "a folder with pictures in it or below it");
    return listing;
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorKind::io,
                fmt::format("cannot read '{}': {}", error.path1().string(), error.code().message()),
                {}, "a folder that is there and that you may read");
  }
}

}  // namespace lithe::data
