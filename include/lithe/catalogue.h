// Everything that sentences can name: layers, losses, optimizers and so on, with their arguments,
// as the parser knows them.
//
//   for (const auto& category : lithe::list_catalogue()) std::cout << category.name << "\n";
#pragma once

#include <string>
#include <vector>

namespace lithe {

struct CatalogueEntry {
  std::string name;  // "dense"
  std::string help;  // one line
  std::string text;  // the arguments with defaults and ranges, and the help, on several lines
};

struct CatalogueCategory {
  std::string name;  // "layers"
  std::string help;  // one line
  std::vector<CatalogueEntry> entries;
};

std::vector<CatalogueCategory> list_catalogue();

}  // namespace lithe
