// Data sets by name: the published ones from the data folder, generated ones, and anybody's folder.
#include <fmt/format.h>

#include "data/catalog.h"
#include "data/digits.h"
#include "data/idx_folder.h"
#include "lithe/data.h"

namespace lithe {

namespace {

bool is_path(const std::string& name) {
  std::error_code unreadable;
  return name.find('/') != name.npos || std::filesystem::is_directory(name, unreadable);
}

}  // namespace

std::vector<std::string> dataset_names() {
  std::vector<std::string> names;
  for (const auto& published : data::published_datasets()) names.push_back(published.name);
  names.push_back("digits");
  return names;
}

Dataset load_dataset(const std::string& name, const std::filesystem::path& folder) {
  if (name == "digits") return data::generate_digits(0, 60'000, 10'000);
  if (const auto* published = data::find_published(name))
    return data::load_idx_folder(
        published->name, folder / published->name, published->class_names,
        fmt::format("lithe data fetch {}, or set LITHE_DATA or --data-dir to the folder that "
                    "holds {}/",
                    published->name, published->name));
  if (is_path(name))
    return data::load_idx_folder(
        name, name, {},
        "a folder that holds train-images-idx3-ubyte, train-labels-idx1-ubyte, "
        "t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, plain or .gz");
  data::fail_unknown_dataset(name);
}

}  // namespace lithe
