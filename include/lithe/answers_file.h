// A model's answers as a file that other programs read.
//
//   lithe::AnswersFile file;
//   file.columns = {"probability of yes", "probability of no"};
//   file.inputs.push_back("row 1"); file.classes.push_back("yes");
//   file.values.insert(file.values.end(), {0.9, 0.1});
//   file.save("answers.csv");
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace lithe {

struct AnswersFile {
  std::vector<std::string> inputs;   // what each row is about: a file, "row 7"
  std::vector<std::string> classes;  // the class of each row; empty where answers are numbers
  std::vector<bool> unknown;         // whether it is none of them; empty where no model says so
  std::vector<std::string> columns;  // names of the values
  std::vector<double> values;        // [rows][columns], row-major

  // The end of the name chooses: .csv (a header, then a line for each row), .json (a list of
  // objects) or .npz (arrays input, class, unknown, columns and values). Throws Error(usage) for
  // another one, Error(io) where the file cannot be written; an older file is replaced when the new
  // one is whole.
  void save(const std::filesystem::path& path) const;
  std::string csv() const;
  std::string json() const;
};

// Throws Error(usage) where the name says no form that save() writes.
void check_answers_file(const std::filesystem::path& path);

}  // namespace lithe
