#include "data/published/catalog.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/nearest.h"
#include "lithe/data.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

constexpr std::uint64_t kMostImageBytes = 64 << 20;  // the largest published one has 26 MB
constexpr std::uint64_t kMostLabelBytes = 1 << 20;

std::vector<PublishedDataset> make_catalog() {
  return {
      {.name = "mnist",
       .class_names = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
       .mirrors = {"https://ossci-datasets.s3.amazonaws.com/mnist/",
                   "https://storage.googleapis.com/cvdf-datasets/mnist/"},
       .files = {{"train-images-idx3-ubyte.gz",
                  "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db", "",
                  kMostImageBytes},
                 {"train-labels-idx1-ubyte.gz",
                  "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5", "",
                  kMostLabelBytes},
                 {"t10k-images-idx3-ubyte.gz",
                  "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7", "",
                  kMostImageBytes},
                 {"t10k-labels-idx1-ubyte.gz",
                  "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2", "",
                  kMostLabelBytes}}},
      {.name = "fashion_mnist",
       .class_names = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt",
                       "Sneaker", "Bag", "Ankle boot"},
       .mirrors = {"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"},
       .files =
           {{"train-images-idx3-ubyte.gz", "", "8d4fb7e6c68d591d4c3dfef9ec88bf0d", kMostImageBytes},
            {"train-labels-idx1-ubyte.gz", "", "25c81989df183df01b3e8a0aad5dffbe", kMostLabelBytes},
            {"t10k-images-idx3-ubyte.gz", "", "bef4ecab320f06d8554ea6380940ec79", kMostImageBytes},
            {"t10k-labels-idx1-ubyte.gz", "", "bb300cfdad3c16e7a12a480ee83cd310",
             kMostLabelBytes}}},
  };
}

}  // namespace

std::span<const PublishedDataset> published_datasets() {
  static const std::vector<PublishedDataset> catalog = make_catalog();
  return catalog;
}

const PublishedDataset* find_published(const std::string& name) {
  std::string wanted = name;
  std::ranges::replace(wanted, '-', '_');
  const auto catalog = published_datasets();
  const auto found = std::ranges::find(catalog, wanted, &PublishedDataset::name);
  return found == catalog.end() ? nullptr : &*found;
}

void fail_unknown_dataset(const std::string& name) {
  const std::vector<std::string> names = dataset_names();
  const std::string near = base::nearest(name, names);
  const std::string advice = near.empty() ? "" : fmt::format("'{}', or one of ", near);
  throw Error(ErrorKind::usage, fmt::format("no data set is named '{}'", name.substr(0, 64)), {},
              fmt::format("{}{}, or the path of a folder", advice, fmt::join(names, ", ")));
}

}  // namespace lithe::data
