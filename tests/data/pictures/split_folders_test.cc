// Folders that are the parts of a split, and classes that are only called so.
#include "data/pictures/split_folders.h"

#include <gtest/gtest.h>

#include "data/pictures/pets_sample.h"

namespace lithe {
namespace {

using namespace test;

class SplitFoldersTest : public PetsTest {
 protected:
  void write_split(const std::string& train, const std::string& test) {
    write_pets(3, train + "/");
    write_pets(2, test + "/");
  }
  std::vector<std::string> classes() const { return load({.test_share = 0}).data.class_names; }
};

TEST_F(SplitFoldersTest, NamesInAnyCase) {
  using data::SplitPart, data::split_part;
  for (const char* name : {"train", "Training", "TRAIN", "train_set", "Training Data", "trn"})
    EXPECT_EQ(split_part(name), SplitPart::train) << name;
  for (const char* name : {"val", "Valid", "validation", "DEV", "val-split"})
    EXPECT_EQ(split_part(name), SplitPart::validation) << name;
  for (const char* name : {"test", "Testing", "eval", "Evaluation", "testset", "test_images"})
    EXPECT_EQ(split_part(name), SplitPart::test) << name;
  for (const char* name : {"cat", "trains", "steam train", "tests", "device", ""})
    EXPECT_EQ(split_part(name), SplitPart::none) << name;
}

TEST_F(SplitFoldersTest, AreTheSplitAndNoClasses) {
  for (const auto& [train, test] :
       std::vector<std::pair<const char*, const char*>>{{"Training", "Testing"},
                                                        {"train", "test"},
                                                        {"Train", "Valid"},
                                                        {"train", "val"},
                                                        {"train", "dev"},
                                                        {"train", "eval"},
                                                        {"training", "validation"},
                                                        {"TRAIN", "HoldOut"}}) {
    std::filesystem::remove_all(root());
    write_split(train, test);
    const ImageFolder folder = load();
    EXPECT_EQ(folder.data.class_names, (std::vector<std::string>{"cat", "dog"})) << train;
    EXPECT_EQ(folder.data.train.features.rows, 6u);
    EXPECT_EQ(folder.data.test.features.rows, 4u);
    EXPECT_EQ(folder.train_from, train);
    EXPECT_EQ(folder.test_from, test);
    EXPECT_EQ(folder.test_files[0], std::string(test) + "/cat/0.png");
    EXPECT_TRUE(has_test_folder(root()));
    EXPECT_TRUE(folder.notes.empty());
  }
}

TEST_F(SplitFoldersTest, ClassesMayBeCalledSo) {
  for (const char* name : {"test/1.png", "test/2.png", "dog/1.png"}) write(name, grey_png(4, 4, 1));
  EXPECT_EQ(classes(), (std::vector<std::string>{"dog", "test"}));
  EXPECT_FALSE(has_test_folder(root()));
  write("Training/old/1.png", grey_png(4, 4, 1));
  EXPECT_EQ(classes(), (std::vector<std::string>{"Training", "dog", "test"}));
}

TEST_F(SplitFoldersTest, PartsWithoutClassesAreDoubtful) {
  for (const char* name : {"train/1.png", "test/1.png"}) write(name, grey_png(4, 4, 1));
  const ImageFolder folder = load({.test_share = 0});
  EXPECT_EQ(folder.data.class_names, (std::vector<std::string>{"test", "train"}));
  ASSERT_EQ(folder.notes.size(), 1u);
  EXPECT_TRUE(folder.notes[0].warning);
  EXPECT_TRUE(mentions(folder, "put a folder for each class into them"));
}

TEST_F(SplitFoldersTest, PicturesWithoutClassesAreNotTestedOn) {
  write_pets(5, "train/");
  write("test/1.png", grey_png(4, 4, 1));
  write("test/2.png", grey_png(4, 4, 1));
  const ImageFolder folder = load();
  EXPECT_EQ(folder.data.train.features.rows, 8u);  // and a share is drawn
  EXPECT_TRUE(mentions(folder, "test holds 2 pictures without folders of classes"));
  EXPECT_FALSE(has_test_folder(root()));
}

TEST_F(SplitFoldersTest, ValidationIsPlacedAndSaid) {
  write_split("train", "test");
  write_pets(1, "val/");
  const auto rows = [](const ImageFolder& folder) {
    return std::pair(folder.data.train.features.rows, folder.data.test.features.rows);
  };
  const ImageFolder added = load();
  EXPECT_EQ(rows(added), std::pair(std::size_t{8}, std::size_t{4}));
  EXPECT_EQ(labels(added.data.train), (std::vector<int>{0, 0, 0, 0, 1, 1, 1, 1}));
  EXPECT_TRUE(mentions(added, "val is added to the pictures to train on"));
  EXPECT_TRUE(mentions(added, "--val-folder"));
  EXPECT_EQ(added.train_from, "train and val");
  const ImageFolder tested = load({.validation = ValidationFolder::test});
  EXPECT_EQ(rows(tested), std::pair(std::size_t{6}, std::size_t{6}));
  EXPECT_EQ(labels(tested.data.test), (std::vector<int>{0, 0, 0, 1, 1, 1}));
  EXPECT_EQ(tested.test_from, "test and val");
  const ImageFolder without = load({.validation = ValidationFolder::none});
  EXPECT_EQ(rows(without), std::pair(std::size_t{6}, std::size_t{4}));
  EXPECT_TRUE(mentions(without, "val is left out"));
}

TEST_F(SplitFoldersTest, ReadsNoPartTwice) {
  write_split("train", "test");
  write_pets(1, "Training/");
  expect_error(ErrorKind::data, {"'Training' and 'train'", "leave one"}, [&] { load(); });
}

TEST_F(SplitFoldersTest, LeavesOutWhatHoldsNoPictures) {
  write_split("train", "test");
  write("annotations/1.xml", {'x'});
  const ImageFolder folder = load();
  EXPECT_EQ(folder.data.train.features.rows, 6u);
  EXPECT_TRUE(mentions(folder, "annotations holds no pictures"));
}

TEST_F(SplitFoldersTest, WordsForValidation) {
  for (const ValidationFolder use :
       {ValidationFolder::train, ValidationFolder::test, ValidationFolder::none})
    EXPECT_EQ(parse_validation_folder(name(use)), use);
  expect_error(ErrorKind::usage, {"--val-folder", "train, test or none"},
               [] { parse_validation_folder("other"); });
}

}  // namespace
}  // namespace lithe
