//! Boundaries of areas, as GeoJSON.

use super::{Wrong, names};
use serde::Deserialize;
use std::io::Read;

/// Most bytes of the file.
const BYTES_MAX: u64 = 256 << 20;
/// Most areas.
const AREAS_MAX: usize = 60_000;
/// Most corners of one area.
const CORNERS_MAX: usize = 200_000;

/// The boundary of one area.
#[derive(Clone, Debug, PartialEq)]
pub struct Boundary {
    /// Code of the area.
    pub area: String,
    /// Rings of longitude and latitude: outlines and holes alike.
    pub rings: Vec<Vec<[f64; 2]>>,
}

impl Boundary {
    /// Whether a point (latitude, longitude) lies within it: outlines and holes are crossed in turn.
    pub fn holds(&self, [lat, lon]: [f64; 2]) -> bool {
        let mut inside = false;
        for ring in &self.rings {
            for (a, b) in ring.iter().zip(ring.iter().skip(1)) {
                let crosses = (a[1] > lat) != (b[1] > lat);
                if crosses && lon < (b[0] - a[0]) * (lat - a[1]) / (b[1] - a[1]) + a[0] {
                    inside = !inside;
                }
            }
        }
        inside
    }

    /// Degrees from a point to the box around it; 0 within the box.
    pub fn off(&self, [lat, lon]: [f64; 2]) -> f64 {
        let mut least = [f64::INFINITY; 2];
        let mut most = [f64::NEG_INFINITY; 2];
        for corner in self.rings.iter().flatten() {
            for (at, value) in corner.iter().enumerate() {
                least[at] = least[at].min(*value);
                most[at] = most[at].max(*value);
            }
        }
        let beyond = |value: f64, at: usize| (least[at] - value).max(value - most[at]).max(0.0);
        beyond(lon, 0).max(beyond(lat, 1))
    }
}

#[derive(Deserialize)]
struct Collection {
    r#type: String,
    features: Vec<Feature>,
}

#[derive(Deserialize)]
struct Feature {
    properties: Properties,
    geometry: Geometry,
}

#[derive(Deserialize)]
struct Properties {
    lsoa21_code: String,
}

#[derive(Deserialize)]
#[serde(tag = "type", content = "coordinates")]
enum Geometry {
    Polygon(Vec<Vec<[f64; 2]>>),
    MultiPolygon(Vec<Vec<Vec<[f64; 2]>>>),
}

/// Boundaries.
///
/// # Errors
/// What is wrong, with the line when the text is no GeoJSON of areas.
pub fn boundaries(input: impl Read) -> Result<Vec<Boundary>, Wrong> {
    let wrong = |line: usize, reason: String| Wrong {
        file: names::BOUNDARIES,
        line: u64::try_from(line).unwrap_or(0),
        reason,
    };
    let read = serde_json::from_reader(std::io::BufReader::new(input.take(BYTES_MAX)));
    let found: Collection = read.map_err(|error| wrong(error.line(), format!("not boundaries of areas: {error}")))?;
    if found.r#type != "FeatureCollection" || found.features.is_empty() || found.features.len() > AREAS_MAX {
        return Err(wrong(
            0,
            format!("a FeatureCollection of 1 to {AREAS_MAX} areas was expected"),
        ));
    }
    let mut boundaries = Vec::with_capacity(found.features.len());
    for feature in found.features {
        let area = feature.properties.lsoa21_code;
        if area.len() != 9 || !area.starts_with("E01") || !area.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(wrong(
                0,
                "lsoa21_code: a code such as E01020392 was expected".to_owned(),
            ));
        }
        let rings = match feature.geometry {
            Geometry::Polygon(rings) => rings,
            Geometry::MultiPolygon(polygons) => polygons.into_iter().flatten().collect(),
        };
        let corners: usize = rings.iter().map(Vec::len).sum();
        let on_the_map = |[lon, lat]: &[f64; 2]| (-9.0..=3.0).contains(lon) && (49.0..=61.0).contains(lat);
        if !(4..=CORNERS_MAX).contains(&corners) || !rings.iter().flatten().all(on_the_map) {
            return Err(wrong(
                0,
                format!("{area}: 4 to {CORNERS_MAX} corners, each a longitude and latitude in this country"),
            ));
        }
        boundaries.push(Boundary { area, rings });
    }
    Ok(boundaries)
}
