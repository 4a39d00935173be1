#include "data/pictures/idx_folder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <future>
#include <memory>
#include <span>
#include <string_view>

#include "data/pictures/idx.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

namespace fs = std::filesystem;

constexpr double kPixelDivisor = 255;

struct Part {
  fs::path images_path, labels_path;
  IdxArray images, labels;
  std::vector<std::int32_t> classes;  // the labels, as examples have them
};

struct Parts {
  Part train, test;
};

constexpr std::string_view kImageRanks = "324", kLabelRanks = "1";

// `stem` is "train-images"; the rest of the name tells the dimensions. The gzip file goes first: it
// is the one that a fetch has checked. Empty where there is none.
fs::path look_for_file(const fs::path& folder, const std::string& stem, std::string_view ranks) {
  for (const char* suffix : {".gz", ""}) {
    for (const char rank : ranks) {
      const fs::path path = folder / fmt::format("{}-idx{}-ubyte{}", stem, rank, suffix);
      std::error_code unreadable;
      if (fs::exists(path, unreadable)) return path;
    }
  }
  return {};
}

fs::path find_file(const fs::path& folder, const std::string& stem, IdxKind kind,
                   const std::string& remedy) {
  const std::string_view ranks = kind == IdxKind::labels ? kLabelRanks : kImageRanks;
  if (const fs::path path = look_for_file(folder, stem, ranks); !path.empty()) return path;
  std::error_code unreadable;
  if (!fs::is_directory(folder, unreadable))
    throw Error(ErrorKind::data, fmt::format("there is no folder '{}'", folder.string()), {},
                remedy);
  throw Error(ErrorKind::data,
              fmt::format("there is no file '{}-idx{}-ubyte', with or without .gz, in '{}'", stem,
                          ranks[0], folder.string()),
              {}, remedy);
}

Part find_part(const fs::path& folder, const std::string& prefix, const std::string& remedy) {
  return {.images_path = find_file(folder, prefix + "-images", IdxKind::images, remedy),
          .labels_path = find_file(folder, prefix + "-labels", IdxKind::labels, remedy),
          .images = {},
          .labels = {},
          .classes = {}};
}

// What the headers say, so that it is compared before anything else is read.
void read_shapes(Parts& parts) {
  for (Part* part : {&parts.train, &parts.test}) {
    part->images.shape = read_idx_shape(part->images_path, IdxKind::images);
    part->labels.shape = read_idx_shape(part->labels_path, IdxKind::labels);
  }
}

bool knows_shapes(const Parts& parts) {
  const auto known = [](const Part& part) {
    return !part.images.shape.empty() && !part.labels.shape.empty();
  };
  return known(parts.train) && known(parts.test);
}

// The training images take the longest by far, so everything else is read in parallel.
void read(Parts& parts) {
  auto test_images =
      std::async(std::launch::async, read_idx, parts.test.images_path, IdxKind::images);
  auto labels = std::async(std::launch::async, [&] {
    parts.train.labels = read_idx(parts.train.labels_path, IdxKind::labels);
    parts.test.labels = read_idx(parts.test.labels_path, IdxKind::labels);
  });
  parts.train.images = read_idx(parts.train.images_path, IdxKind::images);
  parts.test.images = test_images.get();
  labels.get();
}

void check_counts(const Part& part) {
  const std::size_t images = part.images.shape[0], labels = part.labels.shape[0];
  if (images != labels)
    throw Error(
        ErrorKind::data,
        fmt::format("{} images but {} labels: the files do not belong together", images, labels),
        fmt::format("{} and {}", part.images_path.string(), part.labels_path.string()),
        "one label for each image, in the same order");
}

void check_labels(const Part& part, std::size_t classes) {
  const std::span labels(part.labels.values(), part.labels.size());
  const auto bad = std::ranges::find_if(labels, [&](auto label) { return label >= classes; });
  if (bad == labels.end()) return;
  const auto offset = part.labels.header_bytes + static_cast<std::size_t>(bad - labels.begin());
  throw Error(ErrorKind::data, fmt::format("label {} in a data set of {} classes", *bad, classes),
              fmt::format("{}, byte {}", part.labels_path.string(), offset),
              fmt::format("labels from 0 to {}", classes - 1));
}

std::vector<std::size_t> example_shape(const IdxArray& images) {
  return {images.shape.begin() + 1, images.shape.end()};
}

void check_shapes(const Parts& parts) {
  const auto train = example_shape(parts.train.images), test = example_shape(parts.test.images);
  if (train != test)
    throw Error(ErrorKind::data,
                fmt::format("training images are {}, test images {}", fmt::join(train, "x"),
                            fmt::join(test, "x")),
                parts.test.images_path.string(), "images of one size in both files");
}

// The classes that the labels of a nameless data set speak of: 0 to the highest.
std::vector<std::string> classes_in(const Parts& parts) {
  std::size_t highest = 0;
  for (const IdxArray* labels : {&parts.train.labels, &parts.test.labels})
    highest = std::max<std::size_t>(
        highest, *std::ranges::max_element(labels->values(), labels->values() + labels->size()));
  std::vector<std::string> names;
  for (std::size_t label = 0; label <= highest; ++label) names.push_back(fmt::to_string(label));
  return names;
}

Examples view(const Part& part, std::size_t classes) {
  const std::size_t rows = part.images.shape[0], columns = part.images.size() / rows;
  return {.features = {.data = part.images.values(),
                       .type = ElementType::uint8,
                       .rows = rows,
                       .columns = columns,
                       .row_stride = columns,
                       .divisor = kPixelDivisor},
          .labels = part.classes.data(),
          .classes = classes};
}

// Grey ones are written as MNIST's; colours are no ink.
Resize resize_of(const std::vector<std::size_t>& shape) {
  return shape.size() == 2 || (shape.size() == 3 && shape[2] == 1) ? Resize::ink : Resize::crop;
}

}  // namespace

bool is_idx_folder(const fs::path& folder) {
  return !look_for_file(folder, "train-images", kImageRanks).empty();
}

Dataset load_idx_folder(const std::string& name, const fs::path& folder,
                        std::vector<std::string> class_names, const std::string& remedy) {
  auto parts = std::make_shared<Parts>(
      Parts{find_part(folder, "train", remedy), find_part(folder, "t10k", remedy)});
  const auto check = [&] {
    check_shapes(*parts);
    check_counts(parts->train), check_counts(parts->test);
  };
  read_shapes(*parts);
  if (knows_shapes(*parts)) check();
  read(*parts);
  check();  // what was read, which decides
  if (class_names.empty()) class_names = classes_in(*parts);
  for (Part* part : {&parts->train, &parts->test}) {
    check_labels(*part, class_names.size());
    part->classes.assign(part->labels.values(), part->labels.values() + part->labels.size());
  }
  return {.name = name,
          .shape = example_shape(parts->train.images),
          .class_names = class_names,
          .train = view(parts->train, class_names.size()),
          .test = view(parts->test, class_names.size()),
          .memory = parts,
          .resize = resize_of(example_shape(parts->train.images))};
}

}  // namespace lithe::data
