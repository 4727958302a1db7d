"""Makes the CSV files of this folder from the copies in scikit-learn 1.9.1: pip install scikit-learn==1.9.1; python make.py"""

import csv
import gzip
from importlib.resources import files
from pathlib import Path

DATA = files("sklearn") / "datasets" / "data"
HERE = Path(__file__).parent

IRIS = ["sepal length", "sepal width", "petal length", "petal width"]
WINE = [
    "alcohol", "malic acid", "ash", "alcalinity of ash", "magnesium", "total phenols", "flavanoids", "nonflavanoid phenols",
    "proanthocyanins", "color intensity", "hue", "OD280/OD315", "proline",
]
DIABETES = ["age", "sex", "bmi", "blood pressure", "s1", "s2", "s3", "s4", "s5", "s6", "progression"]


def rows(name):
    """The rows of a file behind its first line."""
    return list(csv.reader((DATA / name).read_text().splitlines()))[1:]


def packed(name):
    return gzip.decompress((DATA / name).read_bytes()).decode().splitlines()


def write(name, header, lines):
    with open(HERE / name, "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *lines])


species = ["setosa", "versicolor", "virginica"]
write("iris.csv", [*IRIS, "species"], [[*row[:-1], species[int(row[-1])]] for row in rows("iris.csv")])
write("wine.csv", [*WINE, "cultivar"], [[*row[:-1], int(row[-1]) + 1] for row in rows("wine_data.csv")])
targets = [f"{float(target):g}" for target in packed("diabetes_target.csv.gz")]
lines = zip(packed("diabetes_data_raw.csv.gz"), targets, strict=True)
write("diabetes.csv", DIABETES, [[f"{float(x):g}" for x in line.split()] + [target] for line, target in lines])
